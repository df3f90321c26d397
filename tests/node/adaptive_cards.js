// Reads {"cards": [card …], "actions": n} from standard input; writes for each card what its own reader has to say.

const { AdaptiveCard, HostConfig, SerializationContext } = require("adaptivecards/dist/adaptivecards.js");

function judged(card, actions) {
  const reader = new AdaptiveCard();
  reader.hostConfig = new HostConfig({ actions: { maxActions: actions } });
  const context = new SerializationContext();
  reader.parse(card, context);
  const parsing = Array.from({ length: context.eventCount }, (_, index) => context.getEventAt(index));
  return [...parsing, ...reader.validateProperties().validationEvents].map((event) => event.message);
}

const { cards, actions } = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(cards.map((card) => judged(card, actions))));
