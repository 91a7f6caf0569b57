import http from "node:http";

import { serve } from "./calls.mjs";

const [base, timeout] = process.argv.slice(3);

serve((id, seconds, signal) => new Promise((done, failed) => {
  const path = seconds ? `${id}-slowly` : id;
  const request = http.request(base + path, { method: "POST", signal, timeout: Number(timeout) }, (response) => {
    response.on("end", done).on("error", failed).resume();
  });
  // The timeout ends nothing by itself: "You must also listen to the 'timeout' event" (Node's documentation of request.setTimeout).
  request.on("timeout", () => request.destroy(new Error("timeout")));
  request.on("error", failed).end("once");
}));
