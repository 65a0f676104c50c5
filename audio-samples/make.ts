import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type WitnessedLoudness, witnessLoudness } from './ebur128.ts';
import { type Manifest, manifestSchema, pathOfSample, SAMPLES_FOLDER, type Sample } from './manifest.ts';
import { ODD, type OddRecipe, SPOKEN, type SpokenRecipe } from './recipes.ts';
import { alertSiren, openingChime } from './tones.ts';

const LICENCE = 'Apache-2.0';
/** Nothing random and no version stamps: the same programs make the same bytes. */
const BITEXACT = ['-map_metadata', '-1', '-fflags', '+bitexact', '-flags:a', '+bitexact'];
const run = promisify(execFile);
const ffmpeg = (...args: string[]) => run('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...args]);
const path = (file: string) => pathOfSample({ file });

type Description = Pick<Sample, 'file' | 'kind' | 'title' | 'language' | 'voice' | 'text' | 'expectedFault'>;
const NOBODY = { language: null, voice: null, text: null } as const;

async function speak(recipe: SpokenRecipe, scratch: string): Promise<Description> {
  const wave = join(scratch, 'speech.wav');
  await run('espeak-ng', ['-v', recipe.espeakVoice, '-s', String(recipe.speed), '-f', path(recipe.text), '-w', wave]);
  // A breath of silence at both ends, as a recording has it.
  const breath = ['-af', 'adelay=250,apad=pad_len=8000'];
  await ffmpeg('-i', wave, ...breath, ...BITEXACT, ...recipe.encode, path(recipe.file));
  const { file, kind, title, language, voice, text } = recipe;
  return { file, kind, title, language, voice, text, expectedFault: null };
}

async function tone(file: string, kind: 'chime' | 'alert', title: string, sound: Float32Array, scratch: string) {
  const raw = join(scratch, 'tone.f32');
  await writeFile(raw, new Uint8Array(sound.buffer));
  const input = ['-f', 'f32le', '-ar', '48000', '-ac', '1', '-i', raw];
  await ffmpeg(...input, ...BITEXACT, '-c:a', 'libopus', '-b:a', '64k', '-vbr', 'constrained', path(file));
  return { file, kind, title, ...NOBODY, expectedFault: null } satisfies Description;
}

async function odd(recipe: OddRecipe): Promise<Description> {
  const length = ['-t', String(recipe.seconds)];
  await ffmpeg('-i', path(recipe.from), ...length, ...BITEXACT, ...recipe.encode, path(recipe.file));
  const source = SPOKEN.find((spoken) => spoken.file === recipe.from);
  if (!source) throw new Error(`${recipe.file}: no spoken sample ${recipe.from}`);
  const { language, voice, text } = source;
  return { file: recipe.file, kind: 'odd', title: recipe.title, language, voice, text, expectedFault: null };
}

/** Files that must be refused, each for one reason. */
async function bad(): Promise<Description[]> {
  const whole = await readFile(path('bulletins/nguoi-tot-viec-tot.mp3'));
  await writeFile(path('bad/truncated.mp3'), whole.subarray(0, Math.floor(whole.length * 0.3)));
  await writeFile(path('bad/not-audio.mp3'), await readFile(path('texts/khuyen-hoc.txt')));
  await writeFile(path('bad/empty.mp3'), '');
  const still = ['-f', 'lavfi', '-i', 'anullsrc=r=8000:cl=mono'];
  await ffmpeg(...still, '-t', '5', ...BITEXACT, '-c:a', 'pcm_s16le', path('bad/silent.wav'));
  const beep = ['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=8000'];
  await ffmpeg(...beep, '-t', '0.2', ...BITEXACT, '-c:a', 'pcm_s16le', path('bad/too-short.wav'));
  const refused = (name: string, title: string, expectedFault: Sample['expectedFault']): Description => ({
    file: `bad/${name}`,
    kind: 'bad',
    title,
    ...NOBODY,
    expectedFault,
  });
  return [
    refused('truncated.mp3', 'The first third of an MP3: its header promises more', 'truncated'),
    refused('not-audio.mp3', 'A text that is named .mp3', 'notAudio'),
    refused('empty.mp3', 'Nothing at all', 'empty'),
    refused('silent.wav', 'Five seconds of digital silence', 'silent'),
    refused('too-short.wav', 'A beep of a fifth of a second', 'tooShort'),
  ];
}

const finite = (value: number) => (Number.isFinite(value) && value > -70 ? value : null);

async function described(description: Description): Promise<Sample> {
  const bytes = await readFile(pathOfSample(description));
  const audible = description.expectedFault !== 'empty' && description.expectedFault !== 'notAudio';
  const measured: WitnessedLoudness | null = audible ? await witnessLoudness(pathOfSample(description)) : null;
  return {
    ...description,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    bytes: bytes.length,
    durationMs: measured?.durationMs ?? null,
    lufs: measured && finite(measured.lufs),
    truePeakDb: measured && finite(measured.truePeakDb),
    licence: LICENCE,
  };
}

async function version(program: string, flag: string): Promise<string> {
  try {
    return (await run(program, [flag])).stdout.split('\n')[0]?.replace(/ Copyright.*| {2}Data at.*/, '') ?? program;
  } catch (error) {
    const remedy = `Debian, Ubuntu: apt install ${program}`;
    throw new Error(`${program} is needed to make the samples and could not be run (${remedy}).`, { cause: error });
  }
}

const madeBy = `audio-samples/make.ts with ${await version('espeak-ng', '--version')} and ${await version('ffmpeg', '-version')}`;
const scratch = await mkdtemp(join(tmpdir(), 'loaban-samples-'));
try {
  for (const folder of ['bulletins', 'variants', 'tones', 'odd', 'bad']) {
    await rm(path(folder), { recursive: true, force: true });
    await mkdir(path(folder));
  }
  const descriptions: Description[] = [];
  for (const recipe of SPOKEN) descriptions.push(await speak(recipe, scratch));
  descriptions.push(await tone('tones/opening-chime.opus', 'chime', 'Nhạc hiệu mở đầu', openingChime(), scratch));
  descriptions.push(await tone('tones/alert-siren.opus', 'alert', 'Còi báo động', alertSiren(), scratch));
  for (const recipe of ODD) descriptions.push(await odd(recipe));
  descriptions.push(...(await bad()));
  const samples: Sample[] = [];
  for (const description of descriptions) samples.push(await described(description));
  const manifest: Manifest = manifestSchema.parse({ madeBy, samples });
  await writeFile(join(SAMPLES_FOLDER, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  for (const { file, durationMs, lufs, truePeakDb, bytes } of samples) {
    process.stdout.write(`${file}: ${(durationMs ?? 0) / 1000} s, ${lufs} LUFS, ${truePeakDb} dBTP, ${bytes} bytes\n`);
  }
  process.stdout.write(`${samples.reduce((sum, sample) => sum + sample.bytes, 0)} bytes in all\n`);
} finally {
  await rm(scratch, { recursive: true, force: true });
}
