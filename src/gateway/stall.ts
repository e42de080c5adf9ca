/** A stream that a drill stalls: it stands where it is, its connection paused, until it is told to go on. */
import type { Dispatcher } from 'undici';

export class Stall {
  #goOn: (() => void) | undefined;

  /** One part is kept; no other comes while the connection is paused. */
  hold(controller: Dispatcher.DispatchController, deliver: () => void): void {
    controller.pause();
    this.#goOn = () => {
      deliver();
      controller.resume();
    };
  }

  end(): void {
    this.#goOn?.();
    this.#goOn = undefined;
  }
}
