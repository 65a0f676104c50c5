import { z } from 'zod';
import { timeZone } from '../shared/contract/primitives.ts';
import { DEFAULT_ZONE } from '../shared/core/time.ts';
import { LOG_LEVELS } from './adapters/system/pinoLogger.ts';

/** Every fault of the settings at once, a line each, as the operator is to read them. */
export class ConfigFault extends Error {
  readonly faults: readonly string[];
  constructor(faults: readonly string[]) {
    super(faults.join('\n'));
    this.name = 'ConfigFault';
    this.faults = faults;
  }
}

const port = whole(0, 65_535, 'must be a port: a whole number from 0 to 65535 (0 takes a free one)');
const text = z.string().trim().min(1, 'must not be empty; leave it out to have the default');
const folder = text;
const brokerUrl = address(/^(mqtts?|wss?):$/, 'must be a broker address such as mqtt://user:password@host:1883');

const environment = z.object({
  LOABAN_DATA_DIR: folder.default('data'),
  LOABAN_HTTP_HOST: text.default('0.0.0.0'),
  LOABAN_HTTP_PORT: port.default(8080),
  LOABAN_MQTT_PORT: port.default(1883),
  LOABAN_MQTT_URL: brokerUrl.optional(),
  LOABAN_MQTT_PUBLIC_URL: brokerUrl.optional(),
  LOABAN_MOSQUITTO_DIR: folder.optional(),
  LOABAN_MOSQUITTO_PID_FILE: text.optional(),
  LOABAN_DATABASE_URL: z
    .string()
    .regex(
      /^(sqlite:.+|postgres(ql)?:\/\/.+)/,
      'must be sqlite:/path/to/file.db or postgres://user:password@host:5432/name',
    )
    .optional(),
  LOABAN_ADMIN_PASSWORD: z.string().min(10, 'must be at least 10 characters').max(200).optional(),
  LOABAN_TIME_ZONE: timeZone.default(DEFAULT_ZONE),
  LOABAN_MAX_UPLOAD_MB: whole(1, 10_000, 'must be a whole number of megabytes from 1 to 10000').default(200),
  LOABAN_MAX_CLIP_MINUTES: whole(1, 240, 'must be a whole number of minutes from 1 to 240').default(60),
  LOABAN_LOUDNESS_LUFS: z
    .string()
    .refine(
      (value) => Number(value) >= -31 && Number(value) <= -9 && value.trim() !== '',
      'must be from -31 to -9 (LUFS)',
    )
    .transform(Number)
    .default(-16),
  LOABAN_STATUS_SECONDS: whole(5, 3600, 'must be a whole number of seconds from 5 to 3600').default(60),
  LOABAN_LOG_LEVEL: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`).default('info'),
});

export type Config = ReturnType<typeof readConfig>;

/** Names that the agent's programs read: known, and none of our business. */
const FOREIGN = /^LOABAN_(AGENT|DEMO|TEST|BENCH|SIMULATE)_/;

/**
 * The server's settings, from the environment.
 * @throws ConfigFault with every fault, names that nobody reads among them
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>) {
  const known = Object.keys(environment.shape);
  const given = Object.fromEntries(
    Object.entries(env).filter(([name, value]) => name.startsWith('LOABAN_') && value !== undefined),
  );
  const unknown = Object.keys(given).filter((name) => !known.includes(name) && !FOREIGN.test(name));
  const faults = unknown.map((name) => `${name} is no setting${suggestion(name, known)}`);
  const parsed = environment.safeParse(given);
  if (!parsed.success) {
    for (const { path, message } of parsed.error.issues) {
      const name = String(path[0]);
      faults.push(`${name} ${message} (it is ${shown(name, given[name])})`);
    }
  }
  if (given.LOABAN_MOSQUITTO_PID_FILE !== undefined && given.LOABAN_MOSQUITTO_DIR === undefined) {
    faults.push('LOABAN_MOSQUITTO_PID_FILE needs LOABAN_MOSQUITTO_DIR: the folder for the files that Mosquitto reads');
  }
  if (given.LOABAN_MOSQUITTO_DIR !== undefined && given.LOABAN_MQTT_URL === undefined) {
    faults.push(
      'LOABAN_MOSQUITTO_DIR needs LOABAN_MQTT_URL: the address of that Mosquitto, with the server’s user name and password',
    );
  }
  const broker = given.LOABAN_MQTT_URL;
  if (
    given.LOABAN_MOSQUITTO_DIR !== undefined &&
    broker !== undefined &&
    URL.canParse(broker) &&
    new URL(broker).password === ''
  ) {
    faults.push(
      'LOABAN_MQTT_URL must hold the server’s password when LOABAN_MOSQUITTO_DIR is set: it goes into the password file',
    );
  }
  if (!parsed.success || faults.length > 0) throw new ConfigFault(faults);
  const of = parsed.data;
  return {
    dataDir: of.LOABAN_DATA_DIR,
    http: { host: of.LOABAN_HTTP_HOST, port: of.LOABAN_HTTP_PORT },
    mqttPort: of.LOABAN_MQTT_PORT,
    /** Null: the embedded broker. */
    mqttUrl: of.LOABAN_MQTT_URL ?? null,
    mqttPublicUrl: of.LOABAN_MQTT_PUBLIC_URL ?? null,
    mosquitto:
      of.LOABAN_MOSQUITTO_DIR === undefined
        ? null
        : { folder: of.LOABAN_MOSQUITTO_DIR, pidFile: of.LOABAN_MOSQUITTO_PID_FILE ?? null },
    /** Null: SQLite in the data folder. */
    databaseUrl: of.LOABAN_DATABASE_URL ?? null,
    adminPassword: of.LOABAN_ADMIN_PASSWORD ?? null,
    zone: of.LOABAN_TIME_ZONE,
    maxUploadBytes: of.LOABAN_MAX_UPLOAD_MB * 1_000_000,
    maxClipMs: of.LOABAN_MAX_CLIP_MINUTES * 60_000,
    lufs: of.LOABAN_LOUDNESS_LUFS,
    statusEverySeconds: of.LOABAN_STATUS_SECONDS,
    logLevel: of.LOABAN_LOG_LEVEL,
  };
}

function whole(min: number, max: number, message: string) {
  return z
    .string()
    .refine((value) => /^\d{1,9}$/.test(value) && Number(value) >= min && Number(value) <= max, message)
    .transform(Number);
}

function address(protocol: RegExp, message: string) {
  return z.string().refine((value) => URL.canParse(value) && protocol.test(new URL(value).protocol), message);
}

/** What was given, unless it may hold a secret: this goes to a terminal and a journal. */
function shown(name: string, value: string | undefined): string {
  return /PASSWORD|_URL$/.test(name) ? 'not shown here' : JSON.stringify(value);
}

function suggestion(name: string, known: readonly string[]): string {
  const [best] = known.map((one) => ({ one, far: distance(name, one) })).sort((a, b) => a.far - b.far);
  const longer = best !== undefined && (name.startsWith(best.one) || best.one.startsWith(name));
  return best !== undefined && (best.far <= 4 || longer)
    ? `; did you mean ${best.one}?`
    : '; see README.md for those there are';
}

/** Levenshtein's distance: letters to change, add or take away. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
