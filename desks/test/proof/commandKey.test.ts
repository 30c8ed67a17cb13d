// @vitest-environment node
import { describe, expect, it } from "vitest";
import { admit, keyId, signedText, verify } from "../../src/proof/commandKey";
import { Refusal, toBase64 } from "../../src/proof/text";

const request = { log: "bid.example.cn/log/a", actor: "bidder:07", ref: "r-1", kind: "bid", ask: { amount: 5, lot: null } };
const ED = "Ed25519";
const EC = { name: "ECDSA", namedCurve: "P-256" };

async function pair(named: AlgorithmIdentifier | EcKeyGenParams): Promise<{ keys: CryptoKeyPair; key: string }> {
  const keys = (await crypto.subtle.generateKey(named, false, ["sign", "verify"])) as CryptoKeyPair;
  return { keys, key: toBase64(new Uint8Array(await crypto.subtle.exportKey("raw", keys.publicKey))) };
}

describe("a bidder's own key", () => {
  it("signs one spelling of the request", () => {
    expect(new TextDecoder().decode(signedText(request))).toBe(
      'bidding/command/v1\n{"actor":"bidder:07","ask":{"amount":5,"lot":null},"kind":"bid","log":"bid.example.cn/log/a","ref":"r-1"}',
    );
  });

  it("has a name of 16 characters: base64url of SHA-256 over two lines", async () => {
    expect(await keyId("ed25519", "AAAA")).toBe("ahiQiRzcy4HUrBDJ");
    expect(await keyId("p256", "AAAA")).not.toBe(await keyId("ed25519", "AAAA"));
  });

  it.each([
    ["ed25519", ED, ED],
    ["p256", EC, { name: "ECDSA", hash: "SHA-256" }],
  ] as const)("of kind %s is admitted, and its signature holds for this request only", async (alg, named, how) => {
    const { keys, key } = await pair(named);
    await admit(alg, key);
    const signature = toBase64(new Uint8Array(await crypto.subtle.sign(how, keys.privateKey, signedText(request))));
    expect(await verify(alg, key, signature, signedText(request))).toBe(true);
    expect(await verify(alg, key, signature, signedText({ ...request, ref: "r-2" }))).toBe(false);
    expect(await verify(alg, (await pair(named)).key, signature, signedText(request))).toBe(false);
    for (const odd of ["", "AAAA", signature.slice(0, -1), undefined, 7]) expect(await verify(alg, key, odd as string, signedText(request))).toBe(false);
  });

  it("is refused when it is unsound", async () => {
    const low = toBase64(Uint8Array.from({ length: 32 }, (_, at) => (at === 0 ? 1 : 0)));
    const off = toBase64(Uint8Array.from({ length: 65 }, (_, at) => (at === 0 ? 4 : 1)));
    for (const [alg, key] of [["ed25519", low], ["ed25519", "AAAA"], ["p256", off], ["p256", "AAAA"], ["rsa", "AAAA"], ["ed25519", 7]] as const) {
      await expect(admit(alg, key)).rejects.toBeInstanceOf(Refusal);
    }
  });
});
