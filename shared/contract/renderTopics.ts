import { ENVELOPE_LIFETIME } from './envelope.ts';
import { TOPIC_NAMES, TOPICS, type Topic } from './topics.ts';
import { TOPIC_PREFIX } from './version.ts';

/** The topic table as Markdown, for the documents: a test holds them to it, so that they cannot fall behind the code. */
export function renderTopicTable(): string {
  const rows = TOPIC_NAMES.map((name) => {
    const topic: Topic = TOPICS[name];
    const signed = topic.signed === null ? 'no' : `${topic.signed}, ${lifetime(ENVELOPE_LIFETIME[topic.signed])}`;
    const direction = topic.direction === 'toAgent' ? 'server to box' : 'box to server';
    const retained = topic.retain ? ', retained' : '';
    return `| \`${TOPIC_PREFIX}/${topic.path}\` | ${direction} | ${topic.qos}${retained} | ${signed} | ${size(topic.maxBytes)} | ${topic.purpose} |`;
  });
  return ['| topic | way | QoS | signed, good for | at most | what |', '|---|---|---|---|---|---|', ...rows, ''].join(
    '\n',
  );
}

function lifetime(seconds: number): string {
  return seconds < 86_400 ? `${seconds / 3600} h` : `${seconds / 86_400} d`;
}

function size(bytes: number): string {
  return bytes < 1_048_576 ? `${bytes / 1024} KiB` : `${bytes / 1_048_576} MiB`;
}
