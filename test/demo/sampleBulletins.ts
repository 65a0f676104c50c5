import { loadManifest, pathOfSample, type Sample } from '../../audio-samples/manifest.ts';
import type { WorldBulletin } from '../kit/world.ts';

/** What each sample is about, as a campaign's themes would name it. */
const THEMES: Readonly<Record<string, string>> = {
  'nong-thon-moi': 'Nông thôn mới',
  'xoa-nha-tam': 'Nông thôn mới',
  've-sinh-moi-truong': 'Nông thôn mới',
  'nguoi-tot-viec-tot': 'Gương người tốt, việc tốt',
  'chuyen-doi-so': 'Chuyển đổi số',
  'khuyen-hoc': 'Khuyến học, khuyến tài',
  'phong-chong-thien-tai': 'Phòng chống thiên tai',
};

/** `bulletins/nong-thon-moi.mp3` and `variants/nong-thon-moi.en.opus` are recordings of one bulletin. */
function subjectOf(sample: Sample): string {
  return (sample.file.split('/').at(-1) ?? '').split('.')[0] ?? '';
}

/** A regional voice (`x.south.opus`) becomes a language tag of its own, so that villages can prefer it: `vi-x-south`. */
function languageOf(sample: Sample): string {
  const language = sample.language ?? 'vi';
  const region = sample.file.split('/').at(-1)?.split('.').slice(1, -1)[0];
  return region === undefined || region === language ? language : `${language}-x-${region}`;
}

/** The samples as bulletins with one recording a language; the opening chime and greeting come first. */
export async function sampleBulletins(): Promise<WorldBulletin[]> {
  const { samples } = await loadManifest();
  const asClip = (sample: Sample) => ({
    path: pathOfSample(sample),
    language: languageOf(sample),
    voice: sample.voice ?? sample.title,
  });
  const chime = samples.filter((sample) => sample.kind === 'chime').slice(0, 1);
  const spoken = samples.filter((sample) => sample.kind === 'bulletin');
  return [
    ...chime.map((sample) => ({ title: sample.title, theme: 'Nhạc hiệu', clips: [asClip(sample)] })),
    // The shortest first: whoever watches a demo wants to hear something end.
    ...spoken
      .sort((a, b) => (a.durationMs ?? 0) - (b.durationMs ?? 0))
      .map((sample) => {
        const subject = subjectOf(sample);
        const variants = samples.filter((other) => other.kind === 'variant' && subjectOf(other) === subject);
        return {
          title: sample.title,
          theme: THEMES[subject] ?? 'Chào buổi sáng',
          clips: [sample, ...variants].map(asClip),
        };
      }),
  ];
}
