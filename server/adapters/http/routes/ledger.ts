import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import {
  ledgerEntry,
  ledgerFilter,
  ledgerQuery,
  ledgerSum,
  ledgerSummaryQuery,
} from '../../../../shared/contract/api/ledger.ts';
import { pageOf } from '../../../../shared/contract/api/paging.ts';
import { localDate } from '../../../../shared/contract/primitives.ts';
import type { ServerParts } from '../../../ports/parts.ts';
import { exportLedger } from '../../../usecases/ledger/exportLedger.ts';
import { listLedger, summariseLedger } from '../../../usecases/ledger/queryLedger.ts';
import { type Route, route } from '../route.ts';

const exportQuery = z.object({
  ...ledgerFilter.shape,
  from: localDate.describe('first day'),
  to: localDate.describe('last day'),
  language: z.enum(['vi', 'en']).default('vi').describe('of the headings'),
  separator: z
    .enum(['comma', 'semicolon'])
    .default('comma')
    .describe('semicolon: for spreadsheets that take the comma for the decimal sign'),
});

export function ledgerRoutes(parts: Pick<ServerParts, 'store' | 'clock' | 'settings'>): Route[] {
  const tag = 'ledger';
  return [
    route({
      method: 'get',
      path: '/ledger',
      access: 'viewer',
      tag,
      summary: 'Planned plays and what became of them',
      query: ledgerQuery,
      answer: pageOf(ledgerEntry),
      handle: ({ query: { limit, after, ...filter } }) => listLedger(parts, filter, { limit, after }),
    }),
    route({
      method: 'get',
      path: '/ledger/summary',
      access: 'viewer',
      tag,
      summary: 'Plays and minutes by village, campaign, theme, organisation or day',
      description: 'In each group `planned` is the sum of played, partly, skipped, unknown and pending.',
      query: ledgerSummaryQuery,
      answer: z.object({ items: z.array(ledgerSum) }),
      handle: async ({ query: { by, ...filter } }) => ({ items: await summariseLedger(parts, filter, by) }),
    }),
    route({
      method: 'get',
      path: '/ledger.csv',
      access: 'viewer',
      tag,
      summary: 'The ledger as a file for a spreadsheet',
      query: exportQuery,
      raw: { response: 'text/csv; charset=utf-8' },
      handle: async ({ query: { language, separator, ...filter }, response }) => {
        const csv = await exportLedger(parts, filter, { language, separator: separator === 'comma' ? ',' : ';' });
        response.status(200);
        response.setHeader('Content-Type', 'text/csv; charset=utf-8');
        response.setHeader('Cache-Control', 'no-store');
        response.setHeader('Content-Disposition', `attachment; filename="so-nhat-ky-${filter.from}-${filter.to}.csv"`);
        // Ends the connection without the last chunk when the database fails midway: no half file looks whole.
        await pipeline(Readable.from(csv), response);
      },
    }),
  ];
}
