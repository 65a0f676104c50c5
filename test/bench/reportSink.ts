import type { ReportMessage } from '../../shared/contract/messages/report.ts';

/** What the reports end in. `report` settles when the report is in good hands: durable, for the ledger. */
export interface ReportSink {
  readonly name: string;
  report(agentId: string, message: ReportMessage): Promise<void>;
  close(): Promise<void>;
}
