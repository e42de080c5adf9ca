/** Minutes that this machine's local time is ahead of UTC at a moment (epoch milliseconds); its time zone may change in between. */
export function localOffsetMin(atMs: number): number {
  // JavaScript counts the other way round; `0 -` so that UTC is 0 and not -0.
  return 0 - new Date(atMs).getTimezoneOffset();
}
