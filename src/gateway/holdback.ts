/** Parts of an answer that a drill keeps back: whatever comes after the first of them waits behind it, in its order. */
import type { Dispatcher } from 'undici';

type Controller = Dispatcher.DispatchController;

export class Holdback {
  #waiting: (() => void)[] = [];
  #controller: Controller | undefined;
  /** The connection has said all of this answer, and may be another's by now. */
  #isEnded = false;

  get isHolding(): boolean {
    return this.#waiting.length > 0;
  }

  /** The connection is paused meanwhile; what it has read already still comes, and waits too. */
  hold(controller: Controller, deliver: () => void): void {
    controller.pause();
    this.#controller = controller;
    this.#waiting.push(deliver);
  }

  /** Of an end, good or bad: held back too. */
  holdEnd(deliver: () => void): void {
    this.#isEnded = true;
    this.#waiting.push(deliver);
  }

  /** All of it, and the connection goes on. `isPaused`: whoever takes it wants no more for now. */
  letGo(isPaused: () => boolean): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const deliver of waiting) deliver();
    if (!this.#isEnded && !isPaused()) this.#controller?.resume();
  }
}
