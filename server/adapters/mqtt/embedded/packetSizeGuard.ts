/** What has been read of the fixed header of the packet under way, or how much of its rest is still to come. */
type State =
  | { readonly at: 'type' }
  | { readonly at: 'length'; readonly value: number; readonly factor: number }
  | { readonly at: 'body'; left: number };

/**
 * Follows the framing of one MQTT connection and tells when a packet announces more bytes than the limit, before any of
 * them is kept: the broker's parser would otherwise gather up to 256 MB from anybody who can reach the port.
 */
export class PacketSizeGuard {
  #state: State = { at: 'type' };

  /**
   * @param limit bytes after the fixed header
   * @returns false when a packet in this chunk is longer than the limit or its length is malformed
   */
  accepts(chunk: Uint8Array, limit: number): boolean {
    let offset = 0;
    while (offset < chunk.length) {
      const state = this.#state;
      if (state.at === 'body') {
        const taken = Math.min(state.left, chunk.length - offset);
        offset += taken;
        state.left -= taken;
        if (state.left === 0) this.#state = { at: 'type' };
        continue;
      }
      const byte = chunk[offset] ?? 0;
      offset += 1;
      if (state.at === 'type') {
        this.#state = { at: 'length', value: 0, factor: 1 };
        continue;
      }
      const value = state.value + (byte & 127) * state.factor;
      if (value > limit) return false;
      if (byte < 128) this.#state = value === 0 ? { at: 'type' } : { at: 'body', left: value };
      else if (state.factor === 128 ** 3)
        return false; // MQTT 3.1.1, 2.2.3: four bytes at most
      else this.#state = { at: 'length', value, factor: state.factor * 128 };
    }
    return true;
  }
}
