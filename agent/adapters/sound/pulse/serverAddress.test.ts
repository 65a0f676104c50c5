import { describe, expect, it } from 'vitest';
import { serverSockets } from './serverAddress.ts';

describe('where the sound server is', () => {
  it('takes PULSE_SERVER alone when it is set, in each of its spellings', () => {
    const at = (server: string) => serverSockets({ PULSE_SERVER: server, XDG_RUNTIME_DIR: '/run/user/7' }, 7, null);
    expect(at('unix:/a/native')).toEqual(['/a/native']);
    expect(at('/b/native')).toEqual(['/b/native']);
    expect(at('{0123abc}unix:/c/native tcp:host:4713')).toEqual(['/c/native']);
    expect(() => at('tcp:host:4713')).toThrow(/names no unix socket/);
  });

  it('looks in the usual places otherwise, each once', () => {
    expect(serverSockets({ XDG_RUNTIME_DIR: '/run/user/7', HOME: '/h' }, 7, 'm')).toEqual([
      '/run/user/7/pulse/native',
      '/h/.config/pulse/m-runtime/native',
      '/run/pulse/native',
    ]);
  });
});
