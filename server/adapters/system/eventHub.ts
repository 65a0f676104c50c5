import type { Events, Logger, ServerEvent } from '../../ports/system.ts';

/** Events within this process. A listener that throws is logged and hurts neither the others nor who emits. */
export function createEventHub(log: Logger): Events {
  const listeners = new Set<(event: ServerEvent) => void>();
  return {
    emit(event) {
      for (const listener of listeners) {
        try {
          listener(event);
        } catch (error) {
          log.error('an event listener failed', { event: event.kind, error });
        }
      }
    },
    subscribe(listener) {
      // A wrapper of its own, so that the same function may subscribe twice.
      const own = (event: ServerEvent) => listener(event);
      listeners.add(own);
      return () => {
        listeners.delete(own);
      };
    },
  };
}
