/** The cheapest way to send units through a network, where what an arc costs is a pair: the first part always counts more. */

import { at } from './at.ts';

/** Arcs with the cost of one unit, none below zero. */
export class Network {
  readonly nodes: number;
  /** Every arc is followed by the one back. */
  readonly #to: number[] = [];
  readonly #room: number[] = [];
  readonly #first: number[] = [];
  readonly #second: number[] = [];
  readonly #next: number[] = [];
  readonly #head: Int32Array;

  constructor(nodes: number) {
    this.nodes = nodes;
    this.#head = new Int32Array(nodes).fill(-1);
  }

  /** Its number, by which `flowOn` is asked. */
  add(from: number, to: number, capacity: number, cost: readonly [number, number]): number {
    const arc = this.#to.length;
    this.#push(from, to, capacity, cost);
    this.#push(to, from, 0, [-cost[0], -cost[1]]);
    return arc;
  }

  flowOn(arc: number): number {
    return at(this.#room, arc + 1);
  }

  /**
   * Sends `units` one cheapest path after the other (Ahuja, Magnanti and Orlin, Network Flows, 1993, section 9.7: with
   * potentials every path is found among arcs of no negative cost). Whole capacities give whole flows.
   */
  send(source: number, sink: number, units: number): void {
    const potential = { first: new Float64Array(this.nodes), second: new Float64Array(this.nodes) };
    for (let left = units; left > 0; ) {
      const found = this.#pathTo(sink, source, potential);
      if (found.isDone[sink] !== 1) return;
      for (let node = 0; node < this.nodes; node += 1) {
        // As if none were further away than the sink: so no arc gets a negative cost.
        const near = found.isDone[node] === 1 ? node : sink;
        potential.first[node] = at(potential.first, node) + at(found.first, near);
        potential.second[node] = at(potential.second, node) + at(found.second, near);
      }
      left -= this.#sendAlong(found.by, source, sink, left);
    }
  }

  #push(from: number, to: number, capacity: number, [first, second]: readonly [number, number]): void {
    this.#next.push(at(this.#head, from));
    this.#head[from] = this.#to.length;
    this.#to.push(to);
    this.#room.push(capacity);
    this.#first.push(first);
    this.#second.push(second);
  }

  #sendAlong(by: Int32Array, source: number, sink: number, most: number): number {
    let room = most;
    for (let node = sink; node !== source; node = at(this.#to, at(by, node) ^ 1))
      room = Math.min(room, at(this.#room, at(by, node)));
    for (let node = sink; node !== source; node = at(this.#to, at(by, node) ^ 1)) {
      const arc = at(by, node);
      this.#room[arc] = at(this.#room, arc) - room;
      this.#room[arc ^ 1] = at(this.#room, arc ^ 1) + room;
    }
    return room;
  }

  /** Dijkstra. Costs of arcs are reduced by the potentials; what rounding leaves below zero counts as zero. */
  #pathTo(sink: number, source: number, potential: { readonly first: Float64Array; readonly second: Float64Array }) {
    const first = new Float64Array(this.nodes).fill(Number.POSITIVE_INFINITY);
    const second = new Float64Array(this.nodes);
    const by = new Int32Array(this.nodes).fill(-1);
    const isDone = new Uint8Array(this.nodes);
    const heap = new Heap((a, b) => at(first, a) - at(first, b) || at(second, a) - at(second, b), this.nodes);
    first[source] = 0;
    heap.put(source);
    for (let node = heap.pop(); node !== undefined; node = heap.pop()) {
      isDone[node] = 1;
      if (node === sink) break;
      for (let arc = at(this.#head, node); arc >= 0; arc = at(this.#next, arc)) {
        const to = at(this.#to, arc);
        if (isDone[to] === 1 || at(this.#room, arc) === 0) continue;
        const ofFirst = at(this.#first, arc) + at(potential.first, node) - at(potential.first, to);
        const ofSecond = at(this.#second, arc) + at(potential.second, node) - at(potential.second, to);
        const nextFirst = at(first, node) + ofFirst;
        const nextSecond = at(second, node) + (ofFirst === 0 && ofSecond < 0 ? 0 : ofSecond);
        const was = at(first, to);
        if (nextFirst > was || (nextFirst === was && nextSecond >= at(second, to))) continue;
        first[to] = nextFirst;
        second[to] = nextSecond;
        by[to] = arc;
        heap.put(to);
      }
    }
    return { first, second, by, isDone };
  }
}

/** A binary heap of nodes that knows where each stands. */
class Heap {
  readonly #before: (a: number, b: number) => number;
  readonly #items: number[] = [];
  readonly #place: Int32Array;

  constructor(before: (a: number, b: number) => number, nodes: number) {
    this.#before = before;
    this.#place = new Int32Array(nodes).fill(-1);
  }

  /** Puts it in, or moves it forward when it is in and its cost has fallen. */
  put(node: number): void {
    const known = at(this.#place, node);
    if (known < 0) this.#items.push(node);
    this.#rise(node, known < 0 ? this.#items.length - 1 : known);
  }

  pop(): number | undefined {
    const [top] = this.#items;
    const last = this.#items.pop();
    if (top === undefined || last === undefined) return undefined;
    this.#place[top] = -1;
    if (top !== last) this.#sink(last);
    return top;
  }

  #rise(node: number, from: number): void {
    let place = from;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const other = at(this.#items, above);
      if (this.#before(node, other) >= 0) break;
      this.#set(place, other);
      place = above;
    }
    this.#set(place, node);
  }

  #sink(node: number): void {
    let place = 0;
    for (;;) {
      const left = 2 * place + 1;
      if (left >= this.#items.length) break;
      const right = left + 1;
      const isRight = right < this.#items.length && this.#before(at(this.#items, right), at(this.#items, left)) < 0;
      const child = isRight ? right : left;
      const other = at(this.#items, child);
      if (this.#before(node, other) <= 0) break;
      this.#set(place, other);
      place = child;
    }
    this.#set(place, node);
  }

  #set(place: number, node: number): void {
    this.#items[place] = node;
    this.#place[node] = place;
  }
}
