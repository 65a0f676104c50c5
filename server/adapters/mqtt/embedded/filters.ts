/** Whether an MQTT filter (`+` one level, a last `#` the rest) covers a topic. Topics with `$` match no leading wildcard. */
export function filterCovers(filter: string, topic: string): boolean {
  const levels = topic.split('/');
  const parts = filter.split('/');
  if (topic.startsWith('$') && !filter.startsWith('$')) return false;
  for (const [index, part] of parts.entries()) {
    if (part === '#') return true;
    const level = levels[index];
    if (level === undefined || (part !== '+' && part !== level)) return false;
  }
  return parts.length === levels.length;
}

export const hasWildcard = (filter: string): boolean => filter.includes('+') || filter.includes('#');
