/**
 * A bidder's own key: which public keys are let in, what he signs, whether it holds.
 * What is signed is the request itself, spelled in one way only: "bidding/command/v1\n" || JCS {actor, ask, kind, log, ref}.
 */

import { holds } from "./able";
import { encode, type Json } from "./canon";
import * as ed25519 from "./ed25519";
import { Refusal, fromBase64, joined, sha256, toBase64, utf8, type Bytes } from "./text";

export type Algorithm = "ed25519" | "p256";

const PREFIX = utf8("bidding/command/v1\n");
const ID_BYTES = 12;

export interface Request {
  log: string;
  actor: string;
  ref: string | null;
  kind: string;
  ask: Record<string, unknown>;
}

/** The bytes a bidder signs. */
export function signedText({ actor, ask, kind, log, ref }: Request): Bytes {
  return joined(PREFIX, encode({ actor, ask, kind, log, ref }));
}

/** 16 characters that name a key: base64url of SHA-256(alg || LF || base64 public key). */
export async function keyId(alg: string, key: string): Promise<string> {
  const digest = await sha256(utf8(`${alg}\n${key}`));
  return toBase64(digest.slice(0, ID_BYTES)).replace(/\+/g, "-").replace(/\//g, "_");
}

/** Raises Refusal unless this public key is sound: 32 bytes, or an uncompressed point of P-256 (SEC 1 section 2.3.3). */
export async function admit(alg: unknown, key: unknown): Promise<void> {
  if (alg !== "ed25519" && alg !== "p256") throw new Refusal("unknown algorithm", "未知的签名算法");
  if (typeof key !== "string") throw new Refusal("not canonical base64", "不是规范的 base64 编码");
  const raw = fromBase64(key);
  if (alg === "ed25519") return ed25519.admit(raw);
  if (raw.length !== 65 || raw[0] !== 4) throw new Refusal("no point of the P-256 curve", "公钥不是 P-256 曲线上的点");
  try {
    await crypto.subtle.importKey("raw", raw, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
  } catch {
    throw new Refusal("no point of the P-256 curve", "公钥不是 P-256 曲线上的点");
  }
}

/** Whether the signature (base64 of 64 bytes) over `text` holds under a key that was admitted. */
export async function verify(alg: Algorithm, key: string, signature: Json | undefined, text: Bytes): Promise<boolean> {
  let raw: Bytes;
  try {
    raw = fromBase64(String(signature));
  } catch {
    return false;
  }
  return raw.length === 64 && holds(alg, fromBase64(key), raw, text);
}
