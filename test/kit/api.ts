import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';
import { z } from 'zod';
import { type agent, agentView, createdAgent, type NewAgent } from '../../shared/contract/api/agent.ts';
import { area, type NewArea } from '../../shared/contract/api/area.ts';
import { bulletin, type NewBulletin } from '../../shared/contract/api/bulletin.ts';
import { campaign, type NewCampaign } from '../../shared/contract/api/campaign.ts';
import { type Clip, clip } from '../../shared/contract/api/clip.ts';
import { ledgerEntry, ledgerSum } from '../../shared/contract/api/ledger.ts';
import { organisation } from '../../shared/contract/api/organisation.ts';
import { pageOf } from '../../shared/contract/api/paging.ts';
import { villagePlan } from '../../shared/contract/api/plan.ts';
import { problem } from '../../shared/contract/api/problem.ts';
import { scheduleRule } from '../../shared/contract/api/scheduleRule.ts';
import { session } from '../../shared/contract/api/user.ts';
import { waitFor } from './wait.ts';

/** What a person may leave out of a request body: whatever has a default. */
type Loose<T> = Partial<T> & Record<string, unknown>;

/** A refusal of the server, with its problem document. */
export class ApiRefusal extends Error {
  readonly status: number;
  readonly problem: z.output<typeof problem>;
  constructor(status: number, body: z.output<typeof problem>) {
    super(`${status} ${body.code}: ${body.detail} ${JSON.stringify(body.fields)}`);
    this.status = status;
    this.problem = body;
  }
}

/** The REST API as a script would use it: every answer is parsed by the contract's own schema. */
export class Api {
  readonly url: string;
  #token: string | null = null;

  constructor(url: string) {
    this.url = url;
  }

  get token(): string {
    if (this.#token === null) throw new Error('not signed in');
    return this.#token;
  }

  async request(method: string, path: string, body?: unknown): Promise<Response> {
    const headers: Record<string, string> = {};
    if (this.#token !== null) headers.authorization = `Bearer ${this.#token}`;
    let payload: string | FormData | null = null;
    if (body instanceof FormData) payload = body;
    else if (body !== undefined) {
      headers['content-type'] = 'application/json';
      payload = JSON.stringify(body);
    }
    return await fetch(`${this.url}/api/v1${path}`, { method, headers, body: payload });
  }

  async call<S extends z.ZodType>(schema: S, method: string, path: string, body?: unknown): Promise<z.output<S>> {
    const response = await this.request(method, path, body);
    const text = await response.text();
    if (!response.ok) throw new ApiRefusal(response.status, problem.parse(JSON.parse(text)));
    return schema.parse(JSON.parse(text));
  }

  async signIn(username: string, password: string): Promise<void> {
    this.#token = (await this.call(session, 'POST', '/sessions', { username, password })).token;
  }

  createArea = (input: Loose<NewArea>) => this.call(area, 'POST', '/areas', input);
  createOrganisation = (name: string) => this.call(organisation, 'POST', '/organisations', { name });
  createCampaign = (input: Loose<NewCampaign>) => this.call(campaign, 'POST', '/campaigns', input);
  createBulletin = (input: Loose<NewBulletin>) => this.call(bulletin, 'POST', '/bulletins', input);
  createRule = (input: Record<string, unknown>) => this.call(scheduleRule, 'POST', '/schedule-rules', input);
  createAgent = async (input: NewAgent): Promise<{ agentId: string; code: string }> => {
    const { agent, enrolmentCode } = await this.call(createdAgent, 'POST', '/agents', input);
    return { agentId: agent.id, code: enrolmentCode.code };
  };
  agent = (id: string) => this.call(agentView, 'GET', `/agents/${id}`);
  agents = () => this.call(pageOf(agentView), 'GET', '/agents');
  clip = (id: string) => this.call(clip, 'GET', `/clips/${id}`);
  plan = (villageId: string) => this.call(villagePlan, 'GET', `/villages/${villageId}/plan`);
  ledger = (query: string) => this.call(pageOf(ledgerEntry), 'GET', `/ledger?limit=1000&${query}`);
  sums = async (query: string) => {
    const { items } = await this.call(z.object({ items: ledgerSum.array() }), 'GET', `/ledger/summary?${query}`);
    return items;
  };

  async putWindows(areaId: string, windows: unknown[], extra: Record<string, unknown> = {}): Promise<void> {
    const response = await this.request('PUT', `/areas/${areaId}/window-policy`, { windows, ...extra });
    if (!response.ok) throw new ApiRefusal(response.status, problem.parse(await response.json()));
  }

  async upload(bulletinId: string, file: string, language: string, voice: string): Promise<Clip> {
    const form = new FormData();
    form.set('language', language);
    form.set('voice', voice);
    form.set('file', await openAsBlob(file), basename(file));
    return await this.call(clip, 'POST', `/bulletins/${bulletinId}/clips`, form);
  }

  /** Waits for the audio, then has it submitted and approved; `progress` hears how far the work is, 0..1. */
  async approveWhenReady(clipId: string, progress: (done: number) => void = () => undefined): Promise<Clip> {
    await waitFor(
      async () => {
        const { processing } = await this.clip(clipId);
        if (processing.state === 'running') progress(processing.progress);
        return processing.state === 'ready' || processing.state === 'failed';
      },
      `clip ${clipId} to be processed`,
      120_000,
    );
    await this.call(clip, 'POST', `/clips/${clipId}/submit`, {});
    return await this.call(clip, 'POST', `/clips/${clipId}/approve`, {});
  }
}

export type AgentRow = z.output<typeof agent>;
