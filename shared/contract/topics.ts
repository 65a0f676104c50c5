import type { z } from 'zod';
import type { SignedKind } from './envelope.ts';
import { commandMessage } from './messages/command.ts';
import { configMessage } from './messages/config.ts';
import { interruptMessage } from './messages/interrupt.ts';
import { planMessage } from './messages/plan.ts';
import { receiptMessage, reportMessage } from './messages/report.ts';
import { statusMessage } from './messages/status.ts';
import { TOPIC_PREFIX } from './version.ts';

/**
 * THE table of topics. The clients, the embedded broker's rights, Mosquitto's access list and the documentation are all
 * made from it; nothing else may spell a topic.
 */
export interface Topic {
  /** Below the prefix. `{agent}` or `{area}` stands for the id. */
  readonly path: string;
  readonly direction: 'toAgent' | 'fromAgent';
  readonly subject: 'agent' | 'area';
  readonly qos: 0 | 1;
  readonly retain: boolean;
  /** Signed by the server, and as what; null for what boxes send: the broker's password says who they are. */
  readonly signed: SignedKind | null;
  readonly schema: z.ZodType;
  /** Largest payload in bytes that either side reads; a longer one is refused before it is parsed. */
  readonly maxBytes: number;
  readonly purpose: string;
}

export const TOPICS = {
  plan: {
    path: 'agents/{agent}/plan',
    direction: 'toAgent',
    subject: 'agent',
    qos: 1,
    retain: true,
    signed: 'plan',
    schema: planMessage,
    maxBytes: 8_388_608,
    purpose: 'the next seven days: items with their instants, and the clips they need',
  },
  config: {
    path: 'agents/{agent}/config',
    direction: 'toAgent',
    subject: 'agent',
    qos: 1,
    retain: true,
    signed: 'config',
    schema: configMessage,
    maxBytes: 65_536,
    purpose: 'volume and its limits, windows, languages, zone, reporting',
  },
  command: {
    path: 'agents/{agent}/command',
    direction: 'toAgent',
    subject: 'agent',
    qos: 1,
    retain: false,
    signed: 'command',
    schema: commandMessage,
    maxBytes: 16_384,
    purpose: 'one request: test tone, report again, log tail',
  },
  receipt: {
    path: 'agents/{agent}/receipt',
    direction: 'toAgent',
    subject: 'agent',
    qos: 1,
    retain: false,
    signed: 'receipt',
    schema: receiptMessage,
    maxBytes: 4_096,
    purpose: 'the highest contiguous record number in the ledger; only then does the box forget',
  },
  interrupt: {
    path: 'areas/{area}/interrupt',
    direction: 'toAgent',
    subject: 'area',
    qos: 1,
    retain: true,
    signed: 'interrupt',
    schema: interruptMessage,
    maxBytes: 16_384,
    purpose: 'an emergency for an area and all below it, retained until ended',
  },
  status: {
    path: 'agents/{agent}/status',
    direction: 'fromAgent',
    subject: 'agent',
    qos: 1,
    retain: true,
    signed: null,
    schema: statusMessage,
    maxBytes: 16_384,
    purpose: 'online or offline (last will), versions, plan held, readiness, clock, disk, faults',
  },
  report: {
    path: 'agents/{agent}/report',
    direction: 'fromAgent',
    subject: 'agent',
    qos: 1,
    retain: false,
    signed: null,
    schema: reportMessage,
    maxBytes: 1_048_576,
    purpose: 'a batch of records with growing n',
  },
} as const satisfies Record<string, Topic>;

export type TopicName = keyof typeof TOPICS;
export const TOPIC_NAMES = Object.keys(TOPICS) as TopicName[];

/** The full topic of one subject; `+` as the subject makes the server's own subscription filter. */
export function topicFor(name: TopicName, subject: string): string {
  return `${TOPIC_PREFIX}/${TOPICS[name].path.replace(/\{[a-z]+\}/, subject)}`;
}

/** Which row a concrete topic belongs to and whose it is, or null for one that is not ours. */
export function parseTopic(topic: string): { name: TopicName; subject: string } | null {
  if (!topic.startsWith(`${TOPIC_PREFIX}/`)) return null;
  const levels = topic.slice(TOPIC_PREFIX.length + 1).split('/');
  for (const name of TOPIC_NAMES) {
    const pattern = TOPICS[name].path.split('/');
    if (pattern.length !== levels.length) continue;
    let subject = '';
    const fits = pattern.every((part, index) => {
      const level = levels[index] ?? '';
      if (!part.startsWith('{')) return part === level;
      subject = level;
      return level !== '' && !/[+#]/.test(level);
    });
    if (fits) return { name, subject };
  }
  return null;
}
