// Runs processes at a share of their time: `slow.mjs SLOWER PID...`. They run for a moment and are stopped for the rest of
// each period, with all their threads: CDP's throttle slows only a page's main thread, not its workers. Ends with its
// standard input, and prints how much slower they really were.
const [slower, ...pids] = process.argv.slice(2).map(Number);
const RUN_MS = 4;

const signal = (name) => {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch (error) {
      if (error.code !== "ESRCH") throw error;
    }
  }
};

let [run, all] = [0, 0];
let [begun, isStopped] = [performance.now(), false];
const turn = () => {
  const now = performance.now();
  all += now - begun;
  if (!isStopped) run += now - begun;
  [begun, isStopped] = [now, !isStopped];
  signal(isStopped ? "SIGSTOP" : "SIGCONT");
  // A turn that comes late is made up for by the next.
  const left = isStopped ? run * slower - all : (all + RUN_MS * slower) / slower - run;
  timer = setTimeout(turn, Math.max(1, left));
};
let timer = setTimeout(turn, RUN_MS);

process.stdin.resume();
process.stdin.on("end", () => {
  clearTimeout(timer);
  signal("SIGCONT");
  process.stdout.write(`${(all / run).toFixed(1)}\n`);
});
