/** The JSON API: one signed-in browser talking to its own server. Problems come back as sentences in both languages. */

import type { Me, Text } from "./wire";

export interface FieldError {
  path: string;
  sentence: Text;
}

export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly sentence: Text,
    readonly fields: FieldError[],
  ) {
    super(sentence.en);
  }
}

const UNREACHABLE: Text = { zh: "连接不上服务器。请检查网络后重试。", en: "The server cannot be reached. Check the network and try again." };
const STRANGE: Text = { zh: "服务器没有给出可读的回答。请稍后再试。", en: "The server gave no readable answer. Try again later." };

let csrf: string | null = null;

export async function me(): Promise<Me> {
  return keepToken(await request<Me>("GET", "/api/me"));
}

export async function signIn(account: string, password: string): Promise<Me> {
  if (csrf === null) await me();
  return keepToken(await request<Me>("POST", "/api/sign-in", { account, password }));
}

export async function signOut(): Promise<void> {
  await request("POST", "/api/sign-out", {});
  csrf = null;
}

export function token(): string | null {
  return csrf;
}

export const get = <T>(path: string, patience?: number): Promise<T> => request<T>("GET", path, undefined, patience);
export const post = <T>(path: string, body: unknown = {}): Promise<T> => request<T>("POST", path, body);
export const put = <T>(path: string, body: unknown): Promise<T> => request<T>("PUT", path, body);
export const remove = <T>(path: string): Promise<T> => request<T>("DELETE", path);

/** A file as it is, for receipts, archives and policies. On a line that was cut nothing comes and nothing fails: `patience`, milliseconds, is the end of waiting. */
export async function bytes(path: string, patience?: number): Promise<Uint8Array<ArrayBuffer>> {
  const response = await reach(path, { headers: { Accept: "*/*" }, ...within(patience) });
  if (!response.ok) throw await problem(response);
  return new Uint8Array(await response.arrayBuffer());
}

/** A file as it is, to be kept; what it is, the server reads from its content. */
export async function upload<T>(path: string, file: Blob): Promise<T> {
  if (csrf === null) await me();
  const headers: Record<string, string> = { Accept: "application/json", "Content-Type": "application/octet-stream" };
  if (csrf !== null) headers["X-CSRF"] = csrf;
  const response = await reach(path, { method: "POST", headers, body: file });
  if (!response.ok) throw await problem(response);
  return (await response.json()) as T;
}

function keepToken(who: Me): Me {
  if (typeof who.csrf === "string") csrf = who.csrf;
  return who;
}

const within = (patience?: number): RequestInit => (patience === undefined ? {} : { signal: AbortSignal.timeout(patience) });

async function request<T>(method: string, path: string, body?: unknown, patience?: number): Promise<T> {
  if (method !== "GET" && csrf === null) await me();
  const headers: Record<string, string> = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (method !== "GET" && csrf !== null) headers["X-CSRF"] = csrf;
  const response = await reach(path, { method, headers, body: body === undefined ? null : JSON.stringify(body), ...within(patience) });
  if (!response.ok) throw await problem(response);
  if (response.status === 204) return undefined as T;
  const text = await response.text();
  return (text === "" ? undefined : JSON.parse(text)) as T;
}

async function reach(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, { ...init, credentials: "same-origin", cache: "no-store" });
  } catch {
    throw new Problem(0, "UNREACHABLE", UNREACHABLE, []);
  }
}

async function problem(response: Response): Promise<Problem> {
  try {
    const body = (await response.json()) as { code?: string; sentence?: Text; fields?: FieldError[] };
    return new Problem(response.status, body.code ?? "", body.sentence ?? STRANGE, body.fields ?? []);
  } catch {
    // A front server speaks for a house that it cannot reach: to people that is the same.
    const away = response.status >= 502 && response.status <= 504;
    return new Problem(response.status, "", away ? UNREACHABLE : STRANGE, []);
  }
}

/** What to tell a person about anything that was thrown. */
export function sentenceOf(thrown: unknown): Text {
  return thrown instanceof Problem ? thrown.sentence : STRANGE;
}
