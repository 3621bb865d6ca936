import { startConsole } from '../../support/console';
import { present } from '../../support/expectations';

const console_ = (...args: string[]) => startConsole(args).listening();

describe('the files of the page', () => {
  test('have a strict content security policy and no inline script or style', async () => {
    const server = await console_();
    const { headers, text } = await server.ask('/', { token: null });
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(text).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\son\w+=|(src|href)=.\w+:/);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    });
    expect(headers['set-cookie']).toBeUndefined();
    expect(text).not.toContain(server.token);
  });

  test('have a new nonce in each response', async () => {
    const server = await console_();
    const nonces = new Set<string>();
    for (let i = 0; i < 3; i++) {
      const { headers, text } = await server.ask('/', { token: null });
      const nonce = present(/name="style-nonce" content="([^"]+)"/.exec(text)?.[1]);
      expect(headers['content-security-policy']).toContain(`'nonce-${nonce}'`);
      nonces.add(nonce);
    }
    expect(nonces.size).toBe(3);
  });

  test.each(['/../index.js', '/..%2findex.js', '/%2e%2e/index.js', '/page', '/toString', '//'])(
    'are the only files: %s',
    async (path) => {
      const server = await console_();
      expect(await server.ask(path, { token: null })).toMatchObject({ status: 404 });
    },
  );

  test('include the licences of the bundled packages', async () => {
    const server = await console_();
    const { text } = await server.ask('/licences.txt', { token: null });
    expect(text).toMatch(/@xterm\/xterm \d[\s\S]*Permission is hereby granted/);
  });
});
