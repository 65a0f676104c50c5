import { isUtf8 } from 'node:buffer';
import type { z } from 'zod';
import { type ReportMessage, reportMessage } from '../../../../shared/contract/messages/report.ts';
import { type StatusMessage, statusMessage } from '../../../../shared/contract/messages/status.ts';
import { parseTopic, TOPICS } from '../../../../shared/contract/topics.ts';

/** What a message on the server's subscriptions turned out to be. */
export type Incoming =
  | { readonly kind: 'report'; readonly agentId: string; readonly message: ReportMessage }
  | { readonly kind: 'status'; readonly agentId: string; readonly message: StatusMessage }
  | { readonly kind: 'refused'; readonly reason: string };

const FAULTS_SHOWN = 3;

/** Judges a message by its topic, size, form and owner. Pure. */
export function readIncoming(topic: string, payload: Buffer): Incoming {
  const ours = parseTopic(topic);
  if (ours === null) return refused('not a topic of this protocol');
  const { name, subject } = ours;
  if (name !== 'report' && name !== 'status') return refused('only the server sends on this topic');
  const { maxBytes } = TOPICS[name];
  if (payload.length > maxBytes) return refused(`${payload.length} bytes; at most ${maxBytes} are read`);
  if (!isUtf8(payload)) return refused('not UTF-8');
  let value: unknown;
  try {
    value = JSON.parse(payload.toString('utf8'));
  } catch (error) {
    return refused(`not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (name === 'report') {
    const report = reportMessage.safeParse(value);
    if (!report.success) return refused(faultsOf(report.error));
    return foreign(subject, report.data) ?? { kind: name, agentId: subject, message: report.data };
  }
  const status = statusMessage.safeParse(value);
  if (!status.success) return refused(faultsOf(status.error));
  return foreign(subject, status.data) ?? { kind: name, agentId: subject, message: status.data };
}

/** The broker's password says who speaks on a topic; the message must not speak for another. */
function foreign(agentId: string, { agent }: { readonly agent: string }): Incoming | null {
  return agent === agentId ? null : refused(`agent: speaks for ${agent} on a topic of ${agentId}`);
}

function refused(reason: string): Incoming {
  return { kind: 'refused', reason };
}

function faultsOf(error: z.ZodError): string {
  const shown = error.issues
    .slice(0, FAULTS_SHOWN)
    .map(({ path, message }) => `${path.join('.') || 'message'}: ${message}`);
  const more = error.issues.length - shown.length;
  return more > 0 ? `${shown.join('; ')}; and ${more} more` : shown.join('; ');
}
