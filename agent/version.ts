/** What the box says of itself; a test compares it with package.json, which the bundle does not carry along. */
export const AGENT_VERSION = '0.1.0';
