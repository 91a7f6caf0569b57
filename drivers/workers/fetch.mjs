import { serve } from "./calls.mjs";

const [base, timeout] = process.argv.slice(3);

serve(async (id, seconds, ended) => {
  const signal = Number(timeout) ? AbortSignal.timeout(Number(timeout)) : ended;
  const path = seconds ? `${id}-slowly` : id;
  const response = await fetch(base + path, { method: "POST", body: "once", signal });
  await response.text();
});
