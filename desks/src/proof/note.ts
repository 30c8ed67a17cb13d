/**
 * Signed notes: a text and the lines that say who signed it (C2SP signed-note and tlog-cosignature).
 * A signature by a key that is not known is ignored; a bad one by a key that is known refuses the whole note.
 * Whose signatures are enough is the policy's to say.
 */

import { holds } from "./able";
import { parseBody } from "./checkpoint";
import * as ed25519 from "./ed25519";
import { MAX_INT64, Refusal, fromBase64, fromUtf8, joined, same, sha256, toHex, utf8, type Bytes } from "./text";

export const ED25519 = 0x01;
export const COSIGNATURE = 0x04;
export const ML_DSA_44 = 0x06;

export const MAX_SIGNATURES = 100;
export const MAX_BYTES = 1_000_000;

const PUBLIC_BYTES: Record<number, number> = { [ED25519]: 32, [COSIGNATURE]: 32, [ML_DSA_44]: 1312 };
const TIMED_BYTES = [8 + 64, 8 + 2420];
const DASH = "\u2014 ";
/** Everything but white space, control characters and "+", written out so that it cannot change with Unicode's version. */
const NAME = /^[^\x00-\x20+\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ud800-\udfff]+$/u;

export interface Signature {
  name: string;
  keyId: Bytes;
  /** The bytes after the key id. */
  raw: Bytes;
}

export interface Note {
  text: Bytes;
  verified: Signature[];
  unverified: Signature[];
}

/** A public key with a name; made by `parseKey` only, so that whatever exists is sound. */
export interface Verifier {
  name: string;
  alg: number;
  key: Bytes;
  keyId: Bytes;
  vkey: string;
}

/** The verifier of `name+hex(key id)+base64(type || key)`, strictly; raises Refusal. */
export async function parseKey(vkey: string): Promise<Verifier> {
  const [name, id, ...rest] = vkey.split("+");
  const coded = rest.join("+");
  if (name === undefined || id === undefined || rest.length === 0 || !/^[0-9a-f]{8}$/.test(id)) {
    throw new Refusal("a key is name+hash+base64", "公钥应写作 名称+标识+base64");
  }
  const material = fromBase64(coded);
  const [alg, key] = [material[0], material.slice(1)];
  if (!NAME.test(name)) throw new Refusal("a key name is text without spaces and without '+'", "公钥名称不得含有空格或加号");
  if (alg === undefined || key.length !== PUBLIC_BYTES[alg]) throw new Refusal("no such type of key, or a wrong length", "公钥类型未知或长度不符");
  if (alg !== ML_DSA_44) ed25519.admit(key);
  const keyId = (await sha256(joined(utf8(`${name}\n`), material))).slice(0, 4);
  if (toHex(keyId) !== id) throw new Refusal(`the key id of ${name} does not belong to its key`, `${name} 的公钥标识与公钥不符`);
  return { name, alg, key, keyId, vkey };
}

/** Text and signature lines of a well-formed note. Nothing is verified here. */
export function parseNote(raw: Bytes): { text: Bytes; signatures: Signature[] } {
  if (raw.length > MAX_BYTES) throw new Refusal(`a note has at most ${MAX_BYTES} bytes`, `签名文本不得超过 ${MAX_BYTES} 字节`);
  if (raw.some((byte) => byte < 0x20 && byte !== 0x0a)) throw new Refusal("control character", "含有控制字符");
  let end = raw.length - 2;
  while (end >= 0 && !(raw[end] === 0x0a && raw[end + 1] === 0x0a)) end -= 1;
  if (end < 0 || raw.at(-1) !== 0x0a || end + 2 === raw.length) {
    throw new Refusal("a note is a text, a blank line and signature lines", "应为正文、空行、签名行");
  }
  const lines = fromUtf8(raw.subarray(end + 2, -1)).split("\n");
  fromUtf8(raw.subarray(0, end));
  if (lines.length > MAX_SIGNATURES) throw new Refusal(`a note has at most ${MAX_SIGNATURES} signatures`, `签名不得超过 ${MAX_SIGNATURES} 个`);
  return { text: raw.slice(0, end + 1), signatures: lines.map(parseLine) };
}

/** The note, once a known key signed it and no known key signed wrongly. */
export async function openNote(raw: Bytes, verifiers: readonly Verifier[]): Promise<Note> {
  const { text, signatures } = parseNote(raw);
  const verified = new Map<string, Signature>();
  const unverified = new Map<string, Signature>();
  for (const signature of signatures) {
    const [known, ...others] = verifiers.filter((one) => one.name === signature.name && same(one.keyId, signature.keyId));
    if (others.length > 0) throw new Refusal(`two known keys share the name and id of ${signature.name}`, `有两个已知公钥的名称和标识都是 ${signature.name}`);
    const claimed = `${signature.name} ${toHex(signature.keyId)}`;
    if (known === undefined) unverified.set(`${claimed} ${toHex(signature.raw)}`, signature);
    else {
      await verify(known, text, signature.raw);
      if (!verified.has(claimed)) verified.set(claimed, signature);
    }
  }
  if (verified.size === 0) throw new Refusal("no signature by a known key", "没有已知公钥的签名");
  return { text, verified: [...verified.values()], unverified: [...unverified.values()] };
}

/** Returns when `raw` is this key's signature on the note text, else Refusal. */
export async function verify(known: Verifier, text: Bytes, raw: Bytes): Promise<void> {
  let good: boolean;
  if (known.alg === ED25519) good = await holds("ed25519", known.key, raw, text);
  else {
    const { time, signature } = timed(raw);
    good =
      known.alg === COSIGNATURE
        ? await holds("ed25519", known.key, signature, joined(utf8(`cosignature/v1\ntime ${time}\n`), text))
        : await holds("mldsa44", known.key, signature, await cosignedMessage(known.name, time, text));
  }
  if (!good) throw new Refusal(`bad signature by ${known.name}`, `${known.name} 的签名不成立`);
}

/** When a cosignature was made, in seconds since 1970 UTC; raises Refusal for signatures without a time. */
export const cosignedAt = (signature: Signature): bigint => timed(signature.raw).time;

function timed(raw: Bytes): { time: bigint; signature: Bytes } {
  if (!TIMED_BYTES.includes(raw.length)) throw new Refusal("no timed signature has this length", "带时间的签名长度不符");
  const time = new DataView(raw.buffer, raw.byteOffset, 8).getBigUint64(0);
  if (time > MAX_INT64) throw new Refusal("time above 2**63-1", "时间数值超过 2**63-1");
  return { time, signature: raw.slice(8) };
}

/** What ML-DSA-44 signs. Extension lines are not part of it, so a checkpoint that has any is refused. */
async function cosignedMessage(name: string, time: bigint, body: Bytes): Promise<Bytes> {
  const checkpoint = await parseBody(body);
  const [cosigner, origin] = [utf8(name), utf8(checkpoint.origin)];
  if (checkpoint.extensions.length > 0 || cosigner.length > 255 || origin.length > 255) {
    throw new Refusal("ML-DSA-44 signs no extension lines and names up to 255 bytes", "ML-DSA-44 不签附加行，名称不得超过 255 字节");
  }
  return joined(
    utf8("subtree/v1\n\0"),
    Uint8Array.of(cosigner.length),
    cosigner,
    u64(time),
    Uint8Array.of(origin.length),
    origin,
    u64(0n),
    u64(checkpoint.size),
    checkpoint.root,
  );
}

function u64(value: bigint): Bytes {
  const raw = new Uint8Array(8);
  new DataView(raw.buffer).setBigUint64(0, value);
  return raw;
}

function parseLine(line: string): Signature {
  const space = line.indexOf(" ", DASH.length);
  const [name, coded] = [line.slice(DASH.length, space), line.slice(space + 1)];
  if (!line.startsWith(DASH) || space < 0 || !NAME.test(name)) throw new Refusal("malformed signature line", "签名行格式有误");
  const raw = fromBase64(coded);
  if (raw.length < 5) throw new Refusal(`signature of ${name}: too short`, `${name} 的签名过短`);
  return { name, keyId: raw.slice(0, 4), raw: raw.slice(4) };
}

