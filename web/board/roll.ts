/**
 * A roll of names: a map in the order of coming, that never changes. A change makes another roll which shares all the rest
 * (a tree of 16 branches; the path to what changed is copied). So every moment of a lesson can be kept, and what two moments
 * differ in is found without looking at what they share.
 */
const WIDE = 16;
const BITS = 4;

export interface Named {
  readonly name: string;
}

type Leaf<V> = readonly V[];
type Node<V> = readonly Node<V>[] | Leaf<V>;

export class Roll<V extends Named> implements ReadonlyMap<string, V> {
  private constructor(
    /** Places by name. Shared with later rolls, which only add to it: a place beyond `size` is none of ours. */
    private readonly places: Map<string, number>,
    readonly size: number,
    private readonly depth: number,
    private readonly root: Node<V>,
  ) {}

  static empty<V extends Named>(): Roll<V> {
    return new Roll<V>(new Map(), 0, 0, []);
  }

  get(name: string): V | undefined {
    const place = this.placeOf(name);
    return place === undefined ? undefined : this.#at(place);
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  /** The place of a name, from 0; undefined: it has none. */
  placeOf(name: string): number | undefined {
    const place = this.places.get(name);
    return place === undefined || place >= this.size ? undefined : place;
  }

  /** The values from this place on. */
  *from(place: number): Generator<V> {
    for (let i = place; i < this.size; i++) yield this.#at(i);
  }

  /** With this value under its name: in its place if it has one, else behind the others. */
  with(value: V): Roll<V> {
    const place = this.places.get(value.name);
    if (place !== undefined && place < this.size)
      return new Roll(this.places, this.size, this.depth, put(this.root, this.depth, place, value));
    let places = this.places;
    if (place !== this.size) {
      // Another roll has already gone on from here with other names: from now on these two have a list each.
      if (place !== undefined || places.size > this.size) {
        places = new Map();
        for (const one of this.values()) places.set(one.name, places.size);
      }
      places.set(value.name, this.size);
    }
    if (this.size < WIDE ** (this.depth + 1))
      return new Roll(places, this.size + 1, this.depth, put(this.root, this.depth, this.size, value));
    const root = put([this.root] as Node<V>, this.depth + 1, this.size, value);
    return new Roll(places, this.size + 1, this.depth + 1, root);
  }

  /** The names under which the other roll has something else than this one, or in another place. */
  changes(other: Roll<V>): Set<string> {
    const names = new Set<string>();
    const depth = Math.max(this.depth, other.depth);
    compare(lifted(this.root, this.depth, depth), lifted(other.root, other.depth, depth), depth, names);
    return names;
  }

  *values(): MapIterator<V> {
    yield* leaves<V>(this.root, this.depth);
  }

  *keys(): MapIterator<string> {
    for (const value of this.values()) yield value.name;
  }

  *entries(): MapIterator<[string, V]> {
    for (const value of this.values()) yield [value.name, value];
  }

  [Symbol.iterator](): MapIterator<[string, V]> {
    return this.entries();
  }

  forEach(visit: (value: V, name: string, roll: ReadonlyMap<string, V>) => void): void {
    for (const value of this.values()) visit(value, value.name, this);
  }

  #at(place: number): V {
    let node = this.root;
    for (let level = this.depth; level > 0; level--)
      node = (node as readonly Node<V>[])[(place >> (level * BITS)) & (WIDE - 1)] as Node<V>;
    return (node as Leaf<V>)[place & (WIDE - 1)] as V;
  }
}

function put<V>(node: Node<V> | undefined, level: number, place: number, value: V): Node<V> {
  const copy = node ? node.slice() : [];
  const branch = (place >> (level * BITS)) & (WIDE - 1);
  if (level === 0) (copy as V[])[branch] = value;
  else (copy as Node<V>[])[branch] = put(copy[branch] as Node<V> | undefined, level - 1, place, value);
  return copy as Node<V>;
}

function* leaves<V>(node: Node<V>, level: number): MapIterator<V> {
  if (level === 0) yield* node as Leaf<V>;
  else for (const branch of node) yield* leaves(branch as Node<V>, level - 1);
}

function lifted<V>(node: Node<V>, from: number, to: number): Node<V> {
  let high = node;
  for (let level = from; level < to; level++) high = [high] as Node<V>;
  return high;
}

function compare<V extends Named>(
  a: Node<V> | undefined,
  b: Node<V> | undefined,
  level: number,
  names: Set<string>,
): void {
  if (a === b) return;
  const most = Math.max(a?.length ?? 0, b?.length ?? 0);
  for (let i = 0; i < most; i++) {
    if (level > 0) {
      compare(a?.[i] as Node<V> | undefined, b?.[i] as Node<V> | undefined, level - 1, names);
      continue;
    }
    const [one, other] = [a?.[i] as V | undefined, b?.[i] as V | undefined];
    if (one === other) continue;
    if (one) names.add(one.name);
    if (other) names.add(other.name);
  }
}
