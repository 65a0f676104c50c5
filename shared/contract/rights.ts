import { TOPIC_NAMES, TOPICS, topicFor } from './topics.ts';

/** Who holds a broker password, as far as the rights go. */
export type BrokerIdentity =
  | { readonly kind: 'server' }
  | {
      readonly kind: 'agent';
      readonly agent: string;
      /** The village and its ancestors. */
      readonly areas: readonly string[];
    };

export interface BrokerRights {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

/**
 * What an identity may do, as topics and filters, made from the topic table: a box sends on its own topics, and hears
 * its own and its ancestors' interrupts; the server does the opposite for everybody. A filter is granted literally:
 * asking for a wider one is refused.
 */
export function rightsOf(identity: BrokerIdentity): BrokerRights {
  const publish: string[] = [];
  const subscribe: string[] = [];
  for (const name of TOPIC_NAMES) {
    const topic = TOPICS[name];
    const subjects = identity.kind === 'server' ? ['+'] : topic.subject === 'agent' ? [identity.agent] : identity.areas;
    const sends = (topic.direction === 'toAgent') === (identity.kind === 'server');
    for (const subject of subjects) (sends ? publish : subscribe).push(topicFor(name, subject));
  }
  return { publish, subscribe };
}
