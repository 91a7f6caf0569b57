// Makes the calls that the test asks for on a UNIX socket: "call ID SECONDS" asks for one that keeps the server for so long, and is answered
// by the ID and the error, if any. Calls are made side by side. "end ID" gives one up, by an AbortSignal.
import net from "node:net";
import readline from "node:readline";

export function serve(call) {
  const test = net.connect(process.argv[2]);
  const underway = new Map();
  async function answer(id, seconds) {
    const abort = new AbortController();
    underway.set(id, abort);
    let error = "";
    try {
      await call(id, Number(seconds), abort.signal);
    } catch (e) {
      error = said(e);
    }
    underway.delete(id);
    test.write(`${id} ${error}\n`);
  }
  readline.createInterface({ input: test }).on("line", (line) => {
    const [verb, id, seconds] = line.split(" ");
    if (verb === "call") answer(id, seconds);
    else underway.get(id)?.abort();
  });
  test.on("close", () => process.exit());
}

// Fetch says "fetch failed", and why in the cause.
function said(e) {
  const words = [e.name, e.code, e.message].filter(Boolean).join(": ");
  return (e.cause ? `${words}: ${said(e.cause)}` : words).replace(/\s+/g, " ");
}
