import { parseArgs } from 'node:util';
import { ENROLMENT_CODE_PATTERN } from '../../../shared/contract/api/agent.ts';
import { parseSinkSpec, SINK_SPELLINGS } from '../../domain/sinkSpec.ts';

export interface AgentArguments {
  readonly server: string;
  readonly data: string;
  readonly sink: string;
  readonly enrol: string | null;
  readonly keepFreeBytes: number;
}

export const USAGE = `usage: loaban-agent --server URL --data DIR --sink SINK [--enrol CODE] [--keep-free-mb N]
  --server URL       address of the Loa Bản server, such as https://loa.example.vn
  --data DIR         folder for this agent's identity, plan, clips and journal
  --sink SINK        alsa:DEVICE, pulse, pulse:SINKNAME, file:PATH.wav or null; SINK+file:PATH.wav plays and records
  --enrol CODE       code from the console, needed once
  --keep-free-mb N   space that downloads leave free on the disk (default 50)`;

/** Reads the command line. @returns the arguments, or everything that is wrong with them, one line each */
export function parseAgentArguments(argv: readonly string[]): AgentArguments | readonly string[] {
  const options = {
    server: { type: 'string' },
    data: { type: 'string' },
    sink: { type: 'string' },
    enrol: { type: 'string' },
    'keep-free-mb': { type: 'string' },
  } as const;
  // Not strict: that would stop at the first fault, and all of them are wanted.
  const { values, tokens } = parseArgs({
    args: [...argv],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const faults: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') faults.push(`${token.value}: is no option; each value follows its own --option`);
    if (token.kind === 'option' && !Object.hasOwn(options, token.name))
      faults.push(`${token.rawName}: is not known; known are --server, --data, --sink, --enrol, --keep-free-mb`);
  }
  const text = (name: keyof typeof options, remedy: string, needed = true): string => {
    const value = values[name];
    if (typeof value === 'string' && value.trim() !== '') return value.trim();
    if (needed || value !== undefined)
      faults.push(`--${name}: ${value === undefined ? 'is missing' : 'has no value'}; ${remedy}`);
    return '';
  };
  const server = text('server', 'give the address of the server, such as https://loa.example.vn');
  if (server !== '' && !(URL.canParse(server) && /^https?:$/.test(new URL(server).protocol)))
    faults.push(`--server: ${server} is no address; write http:// or https:// and the name of the server`);
  const data = text('data', 'give a folder for the data of this agent');
  const sink = text('sink', 'give alsa:DEVICE, pulse, file:PATH.wav or null');
  if (sink !== '' && parseSinkSpec(sink) === null)
    faults.push(`--sink: ${sink} is not known; valid are ${SINK_SPELLINGS}`);
  const enrol = text('enrol', 'give the code from the console', false);
  if (enrol !== '' && !ENROLMENT_CODE_PATTERN.test(enrol))
    faults.push(`--enrol: ${enrol} is no enrolment code; it looks like K7QF-3MZX-9T2C`);
  const keepFree = text('keep-free-mb', 'give a number of megabytes', false);
  if (keepFree !== '' && !/^\d{1,7}$/.test(keepFree))
    faults.push(`--keep-free-mb: ${keepFree} is no number of megabytes; give a whole number such as 50`);
  if (faults.length > 0) return faults;
  const keepFreeBytes = (keepFree === '' ? 50 : Number(keepFree)) * 1_000_000;
  return { server, data, sink, enrol: enrol === '' ? null : enrol, keepFreeBytes };
}
