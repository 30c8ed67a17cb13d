/** What this browser's WebCrypto can do, asked once, and what to say where it cannot. */

import { Refusal, fromBase64, utf8, type Bytes } from "./text";

export type Scheme = "ed25519" | "p256" | "mldsa44";

const PARAMETERS = {
  ed25519: { import: { name: "Ed25519" }, verify: { name: "Ed25519" }, format: "raw" },
  p256: { import: { name: "ECDSA", namedCurve: "P-256" }, verify: { name: "ECDSA", hash: "SHA-256" }, format: "raw" },
  mldsa44: { import: { name: "ML-DSA-44" }, verify: { name: "ML-DSA-44" }, format: "raw-public" },
} as const;

/** RFC 8032 section 7.1, test 2: a browser that has Ed25519 says yes to it. */
const KNOWN = {
  key: "PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=",
  text: "r",
  signature: "kqAJqfDUyrhyDoILX2QlQKKye1QWUD+Ps3YiI+vbadoIWsHkPhWZbkWPNhPQ8R2MOHsurrQwKu6wDSkWErsMAA==",
};

/** This browser cannot tell: it says nothing against what it was shown. */
export class Unable extends Refusal {}

export const INSECURE = new Unable(
  "This page was not opened over a secure connection (https), so the browser offers no cryptography. Nothing can be verified here.",
  "本页面不是通过安全连接（https）打开的，浏览器不提供密码功能，无法在此核验。",
);
export const NO_ED25519 = new Unable(
  "This browser cannot check Ed25519 signatures. Use a current version of Chrome, Edge, Firefox or Safari, or replay on a computer.",
  "此浏览器不能验证 Ed25519 签名。请使用新版 Chrome、Edge、Firefox 或 Safari，或在电脑上使用 replay。",
);
export const NO_MLDSA = new Unable(
  "This browser cannot check ML-DSA-44 signatures, which this policy names. Use replay on a computer.",
  "策略中列有 ML-DSA-44 公钥，而此浏览器不能验证这种签名。请在电脑上使用 replay。",
);

let found: Promise<Unable | null> | undefined;

/** Why nothing can be verified here; null when it can. */
export function whyNot(): Promise<Unable | null> {
  found ??= look();
  return found;
}

async function look(): Promise<Unable | null> {
  if (!globalThis.crypto?.subtle) return INSECURE;
  try {
    return (await holds("ed25519", fromBase64(KNOWN.key), fromBase64(KNOWN.signature), utf8(KNOWN.text))) ? null : NO_ED25519;
  } catch {
    return NO_ED25519;
  }
}

/**
 * Whether a signature over `text` holds. Raises Refusal where the browser lacks the scheme,
 * and for a key that the browser does not take.
 */
export async function holds(scheme: Scheme, key: Bytes, signature: Bytes, text: Bytes): Promise<boolean> {
  const { import: named, verify, format } = PARAMETERS[scheme];
  let known: CryptoKey;
  try {
    // "raw-public" is newer than the compiler's list of formats.
    known = await crypto.subtle.importKey(format as "raw", key, named, false, ["verify"]);
  } catch (thrown) {
    if (thrown instanceof DOMException && thrown.name === "NotSupportedError") throw scheme === "mldsa44" ? NO_MLDSA : NO_ED25519;
    throw new Refusal("the browser does not take this public key", "浏览器不接受此公钥");
  }
  return crypto.subtle.verify(verify, known, signature, text);
}
