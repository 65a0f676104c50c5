import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderTopicTable } from '../../shared/contract/renderTopics.ts';
import { rightsOf } from '../../shared/contract/rights.ts';
import { parseTopic, TOPIC_NAMES, TOPICS, type TopicName, topicFor } from '../../shared/contract/topics.ts';
import { ID_PATTERN } from '../../shared/core/ids.ts';

const anId = fc.stringMatching(ID_PATTERN);
const aName = fc.constantFrom<TopicName>(...TOPIC_NAMES);

describe('the topic table', () => {
  it('reads back every topic that it writes', () => {
    fc.assert(
      fc.property(aName, anId, (name, subject) => {
        expect(parseTopic(topicFor(name, subject))).toEqual({ name, subject });
      }),
    );
  });

  it('takes no other text for a topic', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(fc.string()).map((levels) => levels.join('/')),
        ),
        (text) => {
          const parsed = parseTopic(`loaban/v1/${text}`);
          if (parsed !== null) expect(topicFor(parsed.name, parsed.subject)).toBe(`loaban/v1/${text}`);
          expect(parseTopic(text)).toBeNull();
        },
      ),
    );
    for (const wrong of ['agents//plan', 'agents/+/plan', 'agents/#', 'agents/a/plan/x', 'agents/a', 'areas/a/plan']) {
      expect(parseTopic(`loaban/v1/${wrong}`)).toBeNull();
    }
    expect(parseTopic('loaban/v2/agents/a/plan')).toBeNull();
  });

  it('signs whatever goes to boxes and nothing that comes from them', () => {
    for (const name of TOPIC_NAMES) {
      const { direction, signed } = TOPICS[name];
      expect(signed, name).toBe(direction === 'toAgent' ? name : null);
    }
  });

  it('gives a box rights on its own topics and its ancestors, whatever they are called', () => {
    fc.assert(
      fc.property(anId, fc.uniqueArray(anId, { maxLength: 6 }), (agent, areas) => {
        const { publish, subscribe } = rightsOf({ kind: 'agent', agent, areas });
        expect([...publish, ...subscribe].filter((topic) => /[+#]/.test(topic))).toEqual([]);
        expect(publish.map((topic) => parseTopic(topic)?.subject)).toEqual(publish.map(() => agent));
        const heard = subscribe.map((topic) => parseTopic(topic));
        expect(heard.filter((row) => row?.name === 'interrupt').map((row) => row?.subject)).toEqual(areas);
        expect(heard.filter((row) => row?.name !== 'interrupt').every((row) => row?.subject === agent)).toBe(true);
        expect(publish.filter((topic) => subscribe.includes(topic))).toEqual([]);
      }),
    );
  });

  it('gives the server the other side of each topic', () => {
    const box = rightsOf({ kind: 'agent', agent: 'x', areas: ['x'] });
    const server = rightsOf({ kind: 'server' });
    const wide = (topics: readonly string[]) => topics.map((topic) => topic.replace('/x/', '/+/'));
    expect(server.publish).toEqual(wide(box.subscribe));
    expect(server.subscribe).toEqual(wide(box.publish));
  });

  it('is a table in the documents, one row a topic', () => {
    const table = renderTopicTable();
    expect(table.match(/^\| `loaban/gm)).toHaveLength(TOPIC_NAMES.length);
    const document = readFileSync(join(import.meta.dirname, '..', '..', 'ARCHITECTURE.md'), 'utf8');
    expect(/<!-- topics:start -->\n([\s\S]*?)<!-- topics:end -->/.exec(document)?.[1]).toBe(table);
  });
});
