// One phone, two tabs: each writes under a slot of its own, one syncs for both, and the other takes over.
import { assertQuiet, enrol, openRound, sayOk, untilAtCentre, untilChip } from "./kit/app.mjs";
import { openBrowser } from "./kit/browser.mjs";
import { startRelay } from "./kit/relay.mjs";
import { test } from "./kit/witness.mjs";

test("two tabs of one phone lose nothing, and the second syncs when the first is closed", async (t) => {
  const relay = await startRelay();
  const phone = await openBrowser();
  t.after(() => Promise.all([phone.end(), relay.stop()]));
  const first = await enrol(phone, relay.links[0]);
  const second = await phone.open(relay.origin(0));
  await untilChip(second, { pending: 0, link: "other-tab" });
  for (const page of [first, second]) await openRound(page, "flood-departure");

  // What either says reaches the relay through the first.
  await sayOk(first);
  await sayOk(second);
  await untilAtCentre(first);
  await untilChip(second, { pending: 0, link: "other-tab" });

  // Without a network both show what is only on this phone, whoever said it.
  relay.proxy.cut();
  await sayOk(second);
  await sayOk(second);
  await sayOk(first);
  for (const page of [first, second]) await untilChip(page, { pending: 3 });

  await first.close();
  relay.proxy.heal();
  await untilAtCentre(second);
  assertQuiet(phone);
});
