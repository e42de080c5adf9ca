/** Which slots of a site hold what is to stand there: from 0 on, unless they are named. */
import type { StepEffect } from '../model/plan.ts';

/** So many replicas; `slots`: where each of them stands, ascending; absent: from 0 on. */
export interface SlotSet {
  readonly replicas: number;
  readonly slots?: readonly number[] | undefined;
}

/** Ascending. */
export function slotsOf({ replicas, slots }: SlotSet): readonly number[] {
  return slots ?? Array.from({ length: replicas }, (_, slot) => slot);
}

/** Whether the slot is one of them. */
export function hasSlot({ replicas, slots }: SlotSet, slot: number): boolean {
  return slots === undefined ? slot < replicas : slots.includes(slot);
}

/** What a trim leaves alone. */
export function keptBy({ keep, slots }: Pick<StepEffect & { readonly kind: 'trim' }, 'keep' | 'slots'>): SlotSet {
  return { replicas: keep, slots };
}

/** These slots; they are named where they are not simply those from 0 on. */
export function slotSet(slots: readonly number[]): SlotSet {
  const sorted = slots.toSorted((a, b) => a - b);
  const isPlain = sorted.every((slot, index) => slot === index);
  return { replicas: slots.length, ...(isPlain ? {} : { slots: sorted }) };
}

/** Another number of replicas: what stands stays where it stands, the last of them go first, and the first free slots are filled. */
export function resized({ replicas: now, slots }: SlotSet, replicas: number): SlotSet {
  if (slots === undefined) return { replicas };
  const free = Array.from({ length: now + replicas }, (_, slot) => slot).filter((slot) => !slots.includes(slot));
  return slotSet([...slots.slice(0, replicas), ...free.slice(0, Math.max(0, replicas - now))]);
}

/** Of as many replicas: both are in the same slots. */
export function isSameSet(one: SlotSet, other: SlotSet): boolean {
  return slotsOf(one).join() === slotsOf(other).join();
}
