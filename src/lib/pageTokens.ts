import { fromBase64url, toBase64url } from "./base64url.ts";

/**
 * Issues and opens the page tokens of one list. A token holds the position where the page ended and a MAC
 * over it, so nobody can forge a token or use it for another list.
 */
export class PageTokens {
  readonly #kv: SyncKvStorage;
  readonly #list: string;

  /**
   * `kv` is the storage of the list's object, which stores the key on first use. `list` names the list in
   * that object.
   */
  constructor(kv: SyncKvStorage, list: string) {
    this.#kv = kv;
    this.#list = list;
  }

  async issue(position: string): Promise<string> {
    const bytes = new TextEncoder().encode(position);
    const mac = new Uint8Array(await crypto.subtle.sign("HMAC", await this.#key(), this.#signed(bytes)));
    return `${toBase64url(mac)}.${toBase64url(bytes)}`;
  }

  /** The token's position; undefined when this list did not issue the token. */
  async open(token: string): Promise<string | undefined> {
    const [mac, position] = token.split(".").map(fromBase64url);
    if (
      mac &&
      position &&
      (await crypto.subtle.verify("HMAC", await this.#key(), mac, this.#signed(position)))
    ) {
      return new TextDecoder().decode(position);
    }
    return undefined;
  }

  #signed(position: Uint8Array): Uint8Array {
    return new TextEncoder().encode(`${this.#list}/${new TextDecoder().decode(position)}`);
  }

  #key(): Promise<CryptoKey> {
    let key = this.#kv.get<Uint8Array>("pageTokenKey");
    if (key === undefined) {
      key = crypto.getRandomValues(new Uint8Array(32));
      this.#kv.put("pageTokenKey", key);
    }
    return crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign", "verify"]);
  }
}
