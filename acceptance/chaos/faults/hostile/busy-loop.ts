// Takes as much CPU as the sender of the hostile requests did, and does nothing else: what remains of their effect is the service's own.
// It ends with its parent.
const [, , cores = ''] = process.argv;
const share = Number(cores);
const since = performance.now();
process.stdin.resume().once('end', () => process.exit());

const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

setInterval(() => {
  while (cpuMs() < share * (performance.now() - since)) Math.random();
}, 5);
