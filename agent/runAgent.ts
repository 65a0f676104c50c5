import { uptime } from 'node:os';
import { Fault } from '../shared/core/fault.ts';
import { JsonLog } from './adapters/log/jsonLog.ts';
import { childNetwork } from './adapters/network/childNetwork.ts';
import { parseAgentArguments, USAGE } from './adapters/system/commandLine.ts';
import { composeAgent } from './compose.ts';
import { openPlayer } from './openPlayer.ts';
import type { Player } from './ports/player.ts';

/** Within so many seconds after the machine started, it is taken for a power cut that hit the neighbours too. */
const POWER_CUT_SECONDS = 300;
const SPREAD_AFTER_POWER_CUT_MS = 20_000;
/** An orderly end takes less; this is for a disk or a sound device that hangs. */
const LONGEST_END_MS = 4_500;

/**
 * The program: one agent from the command line until SIGTERM or SIGINT. Exit codes: 0 stopped in order, 1 cannot work as
 * asked (one line says why), 2 wrong arguments (one line each).
 * @param program what starts this program again, for its network workers
 */
export async function runAgent(argv: readonly string[], program: readonly string[]): Promise<void> {
  if (argv.includes('--help')) {
    process.stdout.write(`${USAGE}\n`);
    return;
  }
  const parsed = parseAgentArguments(argv);
  if (!('server' in parsed)) {
    process.stderr.write(`${parsed.join('\n')}\n`);
    process.exitCode = 2;
    return;
  }
  // Whoever reads the log may go away (a pipe that is closed); the loudspeaker does not depend on it.
  process.stdout.on('error', () => undefined);
  const log = new JsonLog({ write: (line) => process.stdout.write(`${line}\n`), now: () => Date.now() });
  try {
    const agent = composeAgent({
      server: parsed.server,
      data: parsed.data,
      sink: parsed.sink,
      enrolCode: parsed.enrol,
      keepFreeBytes: parsed.keepFreeBytes,
      player: playerFor(parsed.sink, log),
      network: childNetwork(program),
      log,
      named: (agentId) => log.name(agentId),
      firstSpreadMs: uptime() < POWER_CUT_SECONDS ? SPREAD_AFTER_POWER_CUT_MS : 0,
    });
    let stopping = false;
    const stop = (signal: string): void => {
      if (stopping) return;
      stopping = true;
      log.info({ signal }, 'agent stops');
      setTimeout(() => process.exit(0), LONGEST_END_MS).unref();
      void agent.stop().then(() => {
        log.info({}, 'agent stopped');
        process.exit(0);
      });
    };
    process.on('SIGTERM', () => stop('SIGTERM'));
    process.on('SIGINT', () => stop('SIGINT'));
    await agent.start().catch((cause: unknown) => {
      // A start that was called off by a signal ends with the code of that.
      if (!stopping) throw cause;
    });
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause;
    process.stderr.write(`${cause.message}\n`);
    process.exit(1);
  }
}

/** @throws Fault with a line for the operator: a sink that is not known, or no ffmpeg */
function playerFor(sink: string, log: JsonLog): Player {
  try {
    return openPlayer(sink, log);
  } catch (cause) {
    throw new Fault('invalid', 'sound.unusable', cause instanceof Error ? cause.message : String(cause), [], { cause });
  }
}
