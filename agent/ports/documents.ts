/** A small state that survives power cuts: `save` resolves when the new value is on the disk for good. */
export interface Document<T> {
  readonly value: T;
  /** Replaces the value. On failure the old value stays, here and on the disk. */
  save(next: T): Promise<void>;
  /** The same with a value made from the one before; changes asked for at the same time come one after the other. */
  update(change: (value: T) => T): Promise<void>;
}

/** Something found broken on the disk at start; the broken file was set aside, never deleted. */
export interface Damage {
  readonly file: string;
  readonly detail: string;
}
