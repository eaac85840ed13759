import { FEED_PROTOCOL, type FeedEvent } from "../../documents/feed.ts";
import type { Role } from "../../state/roles.ts";

/** The header that tells the object as what a watcher came: the JSON of an `Actor`. */
export const ACTOR_HEADER = "X-Sandbox-Actor";

/** The watchers of a sandbox's live feed. Their sockets hibernate, so watching costs nothing while nothing happens. */
export class Feed {
  readonly #ctx: DurableObjectState;

  constructor(ctx: DurableObjectState) {
    this.#ctx = ctx;
  }

  /** Accepts a watcher that came in a role. */
  accept(role: Role): Response {
    const { 0: client, 1: server } = new WebSocketPair();
    this.#ctx.acceptWebSocket(server, [role]);
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

  /** Closes the sockets of watchers that came in a role. */
  dismiss(role: Role): void {
    for (const socket of this.#ctx.getWebSockets(role)) socket.close(1008, "watching wants a token now");
  }

  /** Closes all sockets. */
  end(why: string): void {
    for (const socket of this.#ctx.getWebSockets()) socket.close(1001, why);
  }
}
