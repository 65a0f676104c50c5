import packageJson from '../package.json' with { type: 'json' };
import { Fault } from '../shared/core/fault.ts';
import { openLog } from './adapters/system/pinoLogger.ts';
import { StartAborted } from './compose/stages.ts';
import { startServer } from './compose.ts';
import { type Config, ConfigFault, readConfig } from './config.ts';
import { AudioFault } from './ports/audio.ts';

/** Exit codes: 2 for settings, 1 for whatever else keeps the server from running. */
const BAD_SETTINGS = 2;
/** A stop that takes longer has failed, and an init system would kill us anyhow. */
const STOP_MS = 9_000;

function settingsOrExit(): Config {
  try {
    return readConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigFault)) throw error;
    for (const fault of error.faults) process.stderr.write(`loaban: ${fault}\n`);
    process.exit(BAD_SETTINGS);
  }
}

/** One line for what a person can mend; for a fault of ours the whole story. */
function describe(error: unknown): string {
  if (error instanceof Fault || error instanceof AudioFault) return error.message.replaceAll('\n', ' ');
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

async function main(): Promise<void> {
  const config = settingsOrExit();
  const log = openLog(config.logLevel);
  const abort = new AbortController();
  const told = new Promise<NodeJS.Signals>((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) {
      process.on(name, () => {
        abort.abort();
        resolve(name);
        // Holds for a start that hangs too.
        setTimeout(() => {
          log.error('the stop takes too long: giving up', { ms: STOP_MS });
          process.exit(1);
        }, STOP_MS).unref();
      });
    }
  });
  const server = await startServer(config, log, packageJson.version, abort.signal);

  if (server.adminPassword !== null) {
    process.stdout.write(
      `Loa Bản: first start. Sign in as admin with the password ${server.adminPassword} (shown only now)\n`,
    );
  }
  const host = ['0.0.0.0', '::'].includes(config.http.host) ? 'localhost' : config.http.host;
  const broker = server.mqttPort === null ? 'own broker' : `MQTT on port ${server.mqttPort}`;
  process.stdout.write(`Loa Bản ${packageJson.version} is ready: http://${host}:${server.httpPort}/ (${broker})\n`);

  const signal = await told;
  log.info('stopping', { signal });
  await server.stop();
  log.info('stopped');
}

try {
  await main();
  process.exit(0);
} catch (error) {
  if (error instanceof StartAborted) process.exit(0);
  process.stderr.write(`loaban: ${describe(error)}\n`);
  process.exit(1);
}
