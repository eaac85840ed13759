import { FEED_PROTOCOL, type FeedEvent } from "../../documents/feed.ts";

/** The header that tells the object whether a watcher came without a token: "true" or "false". */
export const VISITOR_HEADER = "X-Sandbox-Visitor";

const VISITOR = "visitor";

/** The watchers of a sandbox's live feed. Their sockets hibernate, so watching costs nothing while nothing happens. */
export class Feed {
  readonly #ctx: DurableObjectState;

  constructor(ctx: DurableObjectState) {
    this.#ctx = ctx;
  }

  /** Accepts a watcher; a visitor is one without a token. */
  accept(isVisitor: boolean): Response {
    const { 0: client, 1: server } = new WebSocketPair();
    this.#ctx.acceptWebSocket(server, isVisitor ? [VISITOR] : []);
    return new Response(null, {
      status: 101,
      webSocket: client,
      headers: { "Sec-WebSocket-Protocol": FEED_PROTOCOL },
    });
  }

  /** Whether anyone watches, besides a socket that has just closed. */
  isWatched(closed?: WebSocket): boolean {
    return this.#ctx.getWebSockets().some((socket) => socket !== closed);
  }

  /** Tells every watcher. A watcher that is gone misses it, and nobody waits for a slow one. */
  tell(event: FeedEvent): void {
    const message = JSON.stringify(event);
    for (const socket of this.#ctx.getWebSockets()) {
      try {
        socket.send(message);
      } catch {
        // It closed in the meantime: the object's webSocketClose is called.
      }
    }
  }

  /** Closes the sockets of visitors. */
  dismissVisitors(): void {
    for (const socket of this.#ctx.getWebSockets(VISITOR)) socket.close(1008, "watching wants a token now");
  }

  /** Closes all sockets. */
  end(why: string): void {
    for (const socket of this.#ctx.getWebSockets()) socket.close(1001, why);
  }
}
