/** Whole blobs in memory, least recently used out first. What is stored never changes, so nothing goes stale. */
export interface HotBlobs {
  get(sha256: string): Buffer | undefined;
  put(sha256: string, bytes: Buffer): void;
}

/** @param maxBytes of all together; a blob of more than an eighth of it is not kept, so that one cannot push out many */
export function createHotBlobs(maxBytes: number): HotBlobs {
  const held = new Map<string, Buffer>();
  let total = 0;
  const drop = (sha256: string) => {
    total -= held.get(sha256)?.length ?? 0;
    held.delete(sha256);
  };
  return {
    get(sha256) {
      const bytes = held.get(sha256);
      if (bytes !== undefined) {
        // The order of a Map is its order of use here.
        held.delete(sha256);
        held.set(sha256, bytes);
      }
      return bytes;
    },
    put(sha256, bytes) {
      drop(sha256);
      if (bytes.length > maxBytes / 8) return;
      held.set(sha256, bytes);
      total += bytes.length;
      for (const oldest of held.keys()) {
        if (total <= maxBytes) break;
        drop(oldest);
      }
    },
  };
}
