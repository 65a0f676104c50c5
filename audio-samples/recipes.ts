/** A text spoken by espeak-ng. `encode` are ffmpeg's output options; `speed` is in words a minute. */
export interface SpokenRecipe {
  readonly file: string;
  readonly kind: 'bulletin' | 'variant';
  readonly title: string;
  readonly language: string;
  readonly text: string;
  readonly espeakVoice: string;
  readonly voice: string;
  readonly speed: number;
  readonly encode: readonly string[];
}

const NORTHERN = { espeakVoice: 'vi', voice: 'espeak-ng "vi": synthetic male voice, Vietnamese (Northern)' };
const CENTRAL = {
  espeakVoice: 'vi-vn-x-central',
  voice: 'espeak-ng "vi-vn-x-central": synthetic male voice, Vietnamese (Central)',
};
const SOUTHERN = {
  espeakVoice: 'vi-vn-x-south',
  voice: 'espeak-ng "vi-vn-x-south": synthetic male voice, Vietnamese (Southern)',
};
const ENGLISH = { espeakVoice: 'en-gb', voice: 'espeak-ng "en-gb": synthetic male voice, English (Great Britain)' };

// What radio staff bring along: mostly MP3 from an editing program, voice messages in Opus, and M4A from a telephone.
const MP3 = ['-c:a', 'libmp3lame', '-b:a', '40k'];
const OPUS = ['-c:a', 'libopus', '-b:a', '32k', '-vbr', 'constrained'];
const AAC = ['-c:a', 'aac', '-b:a', '40k'];

const bulletin = (name: string, title: string, extension: string, encode: readonly string[], speed = 160) => ({
  file: `bulletins/${name}.${extension}`,
  kind: 'bulletin' as const,
  title,
  language: 'vi',
  text: `texts/${name}.txt`,
  ...NORTHERN,
  speed,
  encode,
});

export const SPOKEN: readonly SpokenRecipe[] = [
  bulletin('nong-thon-moi', 'Cả xã chung sức xây dựng nông thôn mới', 'mp3', MP3),
  bulletin('nguoi-tot-viec-tot', 'Gương người tốt, việc tốt: lớp học bên bếp lửa', 'mp3', MP3),
  bulletin('xoa-nha-tam', 'Xoá nhà tạm, nhà dột nát', 'mp3', MP3, 155),
  bulletin('chuyen-doi-so', 'Bình dân học vụ số', 'opus', OPUS),
  bulletin('khuyen-hoc', 'Khuyến học: không cháu nào phải bỏ học', 'm4a', AAC, 155),
  bulletin('ve-sinh-moi-truong', 'Ngày thứ bảy xanh: vệ sinh môi trường', 'mp3', MP3),
  bulletin('phong-chong-thien-tai', 'Phòng chống lũ quét và sạt lở đất', 'opus', OPUS, 165),
  bulletin('chao-buoi-sang', 'Lời chào chương trình buổi sáng', 'mp3', MP3),
  {
    ...bulletin('ve-sinh-moi-truong', 'Ngày thứ bảy xanh: vệ sinh môi trường (giọng miền Trung)', 'opus', OPUS),
    ...CENTRAL,
    file: 'variants/ve-sinh-moi-truong.central.opus',
    kind: 'variant',
  },
  {
    ...bulletin('phong-chong-thien-tai', 'Phòng chống lũ quét và sạt lở đất (giọng miền Nam)', 'opus', OPUS),
    ...SOUTHERN,
    file: 'variants/phong-chong-thien-tai.south.opus',
    kind: 'variant',
  },
  {
    file: 'variants/phong-chong-thien-tai.en.opus',
    kind: 'variant',
    title: 'Storm notice for visitors',
    language: 'en',
    text: 'texts/storm-notice-en.txt',
    ...ENGLISH,
    speed: 150,
    encode: OPUS,
  },
];

/** A file made from a spoken sample by ffmpeg: `seconds` of it, unusual in form. */
export interface OddRecipe {
  readonly file: string;
  readonly title: string;
  readonly from: string;
  readonly seconds: number;
  readonly encode: readonly string[];
}

export const ODD: readonly OddRecipe[] = [
  {
    file: 'odd/stereo-44100.mp3',
    title: 'Stereo, 44.1 kHz, 96 kbit/s, as a music program exports it',
    from: 'bulletins/xoa-nha-tam.mp3',
    seconds: 12,
    encode: ['-ac', '2', '-ar', '44100', '-c:a', 'libmp3lame', '-b:a', '96k', '-f', 'mp3'],
  },
  {
    file: 'odd/telephone-8000.wav',
    title: 'Telephone sound: 8 kHz, mu-law',
    from: 'bulletins/khuyen-hoc.m4a',
    seconds: 12,
    encode: ['-ac', '1', '-ar', '8000', '-c:a', 'pcm_mulaw', '-f', 'wav'],
  },
  {
    file: 'odd/wrong-extension.wav',
    title: 'An MP3 that is named .wav',
    from: 'bulletins/nong-thon-moi.mp3',
    seconds: 12,
    encode: ['-ac', '1', '-ar', '22050', '-c:a', 'libmp3lame', '-b:a', '40k', '-f', 'mp3'],
  },
  {
    file: 'odd/clipped.flac',
    title: 'Recorded far too loud: clipped',
    from: 'bulletins/ve-sinh-moi-truong.mp3',
    seconds: 8,
    encode: ['-af', 'volume=24dB', '-ac', '1', '-ar', '22050', '-sample_fmt', 's16', '-c:a', 'flac', '-f', 'flac'],
  },
  {
    file: 'odd/quiet.flac',
    title: 'Recorded far too softly: 40 dB down',
    from: 'bulletins/nguoi-tot-viec-tot.mp3',
    seconds: 8,
    encode: ['-af', 'volume=-40dB', '-ac', '1', '-ar', '22050', '-sample_fmt', 's16', '-c:a', 'flac', '-f', 'flac'],
  },
];
