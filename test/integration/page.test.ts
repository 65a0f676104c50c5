import { openAsBlob, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ADMIN_PASSWORD, ComposedServer } from '../kit/composedServer.ts';
import { findProgram, leftOut } from '../kit/needs.ts';

const STATIC = join(import.meta.dirname, '..', '..', 'server', 'console', 'static');
const SAMPLES = join(import.meta.dirname, '..', '..', 'audio-samples');
const named = z.object({ id: z.string() });
const QUIET = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'];
/** A browser that asks its maker for nothing. */
const ALONE = ['--disable-background-networking', '--disable-component-update', '--disable-sync'];

const texts = z.record(z.string(), z.union([z.string(), z.record(z.string(), z.string())]));
const catalogue = z.object({ STRINGS: z.object({ vi: texts, en: texts }) });
const module_: unknown = await import(pathToFileURL(join(STATIC, 'strings.js')).href);
const { STRINGS } = catalogue.parse(module_);

describe("the page's catalogue", () => {
  const keys = (value: object): string[] =>
    Object.entries(value).flatMap(([name, inner]) =>
      typeof inner === 'object' ? keys(inner).map((key) => `${name}.${key}`) : [name],
    );

  it('has every text in both languages', () => {
    expect(keys(STRINGS.en).sort()).toEqual(keys(STRINGS.vi).sort());
  });

  it('says the same as the page before its script runs', () => {
    const html = readFileSync(join(STATIC, 'index.html'), 'utf8');
    const shown = Object.fromEntries(
      [...html.matchAll(/data-text="(\w+)"[^>]*>([^<]*)</g)].map(([, name, text]) => [name, text?.trim()]),
    );
    expect(Object.keys(shown).length).toBeGreaterThan(8);
    expect(STRINGS.vi).toMatchObject(shown);
  });
});

describe.skipIf(leftOut('the web page in a browser', ['chromium']))('the page in a browser', () => {
  let at: ComposedServer;
  let browser: Browser;
  /** A name that would run if it were ever taken for markup. */
  const evil = '<img src=x onerror="window.hit=1"> Nà Lộc';

  beforeAll(async () => {
    at = await ComposedServer.start();
    browser = await chromium.launch({
      executablePath: findProgram('chromium') ?? 'chromium',
      args: [...QUIET, ...ALONE],
    });
    const token = await at.signIn('admin', ADMIN_PASSWORD);
    const area = { code: 'NL', name: evil, kind: 'village', validFrom: '2025-07-01' };
    const made = await at.call('POST', '/areas', { token, body: area });
    const { id } = named.parse(await made.json());
    expect((await at.call('POST', '/agents', { token, body: { villageId: id, name: 'Cụm loa 1' } })).status).toBe(201);
  });
  afterAll(async () => {
    await browser.close();
    await at.stop();
  });

  const open = async (width: number, height: number): Promise<{ page: Page; faults: string[] }> => {
    const page = await (await browser.newContext({ viewport: { width, height } })).newPage();
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => {
      // Asking who is signed in is answered by 401 when nobody is.
      if (message.type() === 'error' && !message.text().includes('401')) faults.push(message.text());
    });
    await page.goto(at.url);
    return { page, faults };
  };
  const overflow = (page: Page) => page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth');

  it.each([
    [360, 740],
    [1280, 800],
  ])('signs in by keyboard and shows the villages at %i x %i', async (width, height) => {
    const { page, faults } = await open(width, height);
    await page.getByLabel('Tên đăng nhập').focus();
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    await page.keyboard.type('admin');
    await page.keyboard.press('Tab');
    await page.keyboard.type('wrong password');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('Tên đăng nhập hoặc mật khẩu không đúng.').waitFor();
    await page.getByLabel('Mật khẩu').fill(ADMIN_PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: evil }).waitFor();
    await page.getByText('Chờ ghép nối').waitFor();
    await page.getByRole('status').getByText('Đang cập nhật trực tiếp').waitFor();
    expect(await page.evaluate<boolean>('"hit" in window')).toBe(false);
    expect(await overflow(page)).toBeLessThanOrEqual(0);

    await page.getByRole('button', { name: 'English' }).click();
    await page.getByRole('heading', { name: 'Villages' }).waitFor();
    expect(await page.evaluate<string>('document.documentElement.lang')).toBe('en');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(faults).toEqual([]);
    await page.context().close();
  });

  it('follows what changes without being asked to', async () => {
    const { page } = await open(1280, 800);
    await page.getByLabel('Tên đăng nhập').fill('admin');
    await page.getByLabel('Mật khẩu').fill(ADMIN_PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByRole('status').getByText('Đang cập nhật trực tiếp').waitFor();
    const token = await at.signIn('admin', ADMIN_PASSWORD);
    const areas = await at.call('GET', '/areas', { token });
    const [village] = z.object({ items: z.array(z.object({ id: z.string() })) }).parse(await areas.json()).items;
    const body = { title: 'Vệ sinh môi trường', areaId: village?.id };
    const bulletin = named.parse(await (await at.call('POST', '/bulletins', { token, body })).json());
    const form = new FormData();
    form.set('language', 'vi');
    form.set('file', await openAsBlob(join(SAMPLES, 'bad', 'silent.wav')), 'im-lang.wav');
    const uploaded = await fetch(`${at.url}/api/v1/bulletins/${bulletin.id}/clips`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: form,
    });
    expect(uploaded.status).toBe(202);
    await page.getByText('im-lang.wav').waitFor();
    await page.getByText('Không dùng được').waitFor();
    await page.context().close();
  });

  it('shows the API documents, made of the OpenAPI document alone', async () => {
    const { page, faults } = await open(360, 740);
    await page.goto(`${at.url}/api/v1/docs`);
    await page.getByText('/api/v1/schedule-rules').first().waitFor();
    expect(await page.locator('#operations details').count()).toBe(at.server.routes.length);
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    await page.getByRole('searchbox').fill('sign out');
    expect(await page.locator('#operations details:not([hidden])').count()).toBe(1);
    expect(faults).toEqual([]);
    await page.context().close();
  });
});
