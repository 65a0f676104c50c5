import type { Metrics } from '../adapters/http/metrics.ts';
import type { AgentBus, BusListener } from '../ports/messaging.ts';

/** The bus, with every publish counted. */
export function meteredBus(bus: AgentBus, metrics: Metrics): AgentBus {
  return {
    get connected() {
      return bus.connected;
    },
    start: (listener) => bus.start(listener),
    stop: () => bus.stop(),
    async publish(kind, subject, jws) {
      try {
        await bus.publish(kind, subject, jws);
        metrics.published(kind, true);
      } catch (error) {
        metrics.published(kind, false);
        throw error;
      }
    },
  };
}

/** The listener, with every record that became durable counted. */
export function meteredListener(listener: BusListener, metrics: Metrics): BusListener {
  return {
    ...listener,
    async report(agentId, message) {
      await listener.report(agentId, message);
      metrics.intake(message.records.length);
    },
  };
}
