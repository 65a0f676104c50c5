import { byId, el } from './dom.js';

/** Renders the OpenAPI document of this server; nothing in it comes from anywhere else. */
const response = await fetch('openapi.json');
const document_ = await response.json();

const resolve = (schema) => {
  const name = /^#\/components\/schemas\/(.+)$/.exec(schema?.$ref ?? '')?.[1];
  return name === undefined ? schema : { ...document_.components.schemas[name], named: name };
};

/** `string (date-time)`, `array of Area`, `a | b`. */
function typeOf(given) {
  const schema = resolve(given) ?? {};
  if (schema.named) return schema.named;
  const choice = schema.anyOf ?? schema.oneOf;
  if (choice) return choice.map(typeOf).join(' | ');
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.type === 'array') return `array of ${typeOf(schema.items)}`;
  const type = Array.isArray(schema.type) ? schema.type.join(' | ') : (schema.type ?? 'any');
  return schema.format ? `${type} (${schema.format})` : type;
}

function limitsOf(schema) {
  const words = [];
  for (const [name, word] of [
    ['minimum', 'at least'],
    ['maximum', 'at most'],
    ['minLength', 'characters, at least'],
    ['maxLength', 'characters, at most'],
    ['minItems', 'items, at least'],
    ['maxItems', 'items, at most'],
    ['pattern', 'matches'],
    ['default', 'default'],
  ]) {
    if (schema[name] !== undefined) words.push(`${word} ${JSON.stringify(schema[name])}`);
  }
  return words.join('; ');
}

/** The fields of an object, nested as deep as a person reads; named schemas stand further down. */
function fieldsOf(given, depth = 0) {
  const schema = resolve(given) ?? {};
  const inner = schema.type === 'array' ? resolve(schema.items) : schema;
  if (!inner?.properties || depth > 3) return null;
  return el(
    'ul',
    { class: 'fields' },
    Object.entries(inner.properties).map(([name, raw]) => {
      const field = resolve(raw);
      const must = inner.required?.includes(name) ? '' : ' (optional)';
      const about = [limitsOf(field), field.description].filter(Boolean).join(' — ');
      return el(
        'li',
        {},
        el('code', {}, name),
        el('span', { class: 'type' }, ` ${typeOf(raw)}${must}`),
        about === '' ? null : el('span', { class: 'what' }, about),
        field.named ? null : fieldsOf(raw, depth + 1),
      );
    }),
  );
}

const LOOK = { get: 'calm', post: 'good', put: 'warn', patch: 'warn', delete: 'bad' };

function contentOf(content) {
  return Object.entries(content ?? {}).map(([type, { schema }]) =>
    el('div', {}, el('code', {}, type), el('span', { class: 'type' }, ` ${typeOf(schema)}`), fieldsOf(schema)),
  );
}

function operation(path, method, spec) {
  const parameters = spec.parameters ?? [];
  const answers = Object.entries(spec.responses).filter(([status]) => status < '400');
  const faults = Object.keys(spec.responses).filter((status) => status >= '400');
  return el(
    'details',
    { 'data-search': `${method} ${path} ${spec.summary} ${spec.tags}`.toLowerCase() },
    el(
      'summary',
      {},
      el('span', { class: `badge method ${LOOK[method]}` }, method),
      el('code', {}, path),
      el('span', {}, spec.summary),
    ),
    el(
      'div',
      {},
      ...(spec.description ?? '').split('\n\n').map((line) => el('p', {}, line)),
      parameters.length === 0 ? null : el('h3', {}, 'Parameters'),
      parameters.length === 0
        ? null
        : el(
            'ul',
            { class: 'fields' },
            parameters.map((one) =>
              el(
                'li',
                {},
                el('code', {}, one.name),
                el(
                  'span',
                  { class: 'type' },
                  ` ${typeOf(one.schema)}, in ${one.in}${one.required ? '' : ' (optional)'}`,
                ),
                el(
                  'span',
                  { class: 'what' },
                  [limitsOf(one.schema), one.schema.description].filter(Boolean).join(' — '),
                ),
              ),
            ),
          ),
      spec.requestBody ? el('h3', {}, 'Request') : null,
      contentOf(spec.requestBody?.content),
      answers.map(([status, answer]) => [el('h3', {}, `Answer ${status}`), contentOf(answer.content)]).flat(2),
      el('p', { class: 'what' }, `Problems: ${faults.join(', ')}`),
    ),
  );
}

byId('intro').textContent = `${document_.info.summary}. ${document_.info.description} (${document_.info.version})`;
const byTag = Map.groupBy(
  Object.entries(document_.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, spec]) => ({ path, method, spec })),
  ),
  ({ spec }) => spec.tags[0],
);
for (const [tag, list] of byTag) {
  byId('operations').append(
    el(
      'section',
      {},
      el('h2', {}, tag),
      list.map(({ path, method, spec }) => operation(path, method, spec)),
    ),
  );
}
for (const [name, schema] of Object.entries(document_.components?.schemas ?? {})) {
  byId('schemas').append(
    el(
      'details',
      {},
      el('summary', {}, el('code', {}, name)),
      el('div', {}, fieldsOf(schema) ?? typeOf({ ...schema })),
    ),
  );
}

byId('filter').addEventListener('input', (event) => {
  const wanted = event.target.value.trim().toLowerCase();
  for (const node of document.querySelectorAll('#operations details'))
    node.hidden = !node.dataset.search.includes(wanted);
  for (const section of document.querySelectorAll('#operations section')) {
    section.hidden = section.querySelector('details:not([hidden])') === null;
  }
});
