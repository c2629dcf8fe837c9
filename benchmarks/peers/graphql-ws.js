// graphql-ws as its users set it up: useServer on ws, graphql-js, an async iterator for each
// subscriber. Nobody is asked who they are.
//
//     node graphql-ws.js PORT
import { buildSchema } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { serve } from './trigger.js';

const events = '(topic: ID!): ApplicationEvent!';
const schema = buildSchema(`
  type Query { ready: Boolean! }
  type Subscription { incomingApplications${events} enterpriseEvents${events} }
  type ApplicationEvent {
    cursor: String! type: String! occurredAt: String! fromStatus: String toStatus: String
    application: Application! returnReasons: [ReturnReason!]!
  }
  type Application { id: ID! number: String status: String! }
  type ReturnReason { category: String! code: String! message: String! path: [String!]! hint: String }
`);

class Subscriber {
  #events = [];
  #next = null;
  #over = false;

  put(event) {
    if (this.#next) this.#next({ value: event, done: false });
    else this.#events.push(event);
    this.#next = null;
  }

  next() {
    if (this.#over) return Promise.resolve({ value: undefined, done: true });
    if (this.#events.length) return Promise.resolve({ value: this.#events.shift(), done: false });
    return new Promise((resolve) => (this.#next = resolve));
  }

  return() {
    this.#over = true;
    this.#next?.({ value: undefined, done: true });
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator]() {
    return this;
  }
}

const topics = new Map();

function follow({ topic }) {
  const subscriber = new Subscriber();
  if (!topics.has(topic)) topics.set(topic, new Set());
  topics.get(topic).add(subscriber);
  const end = subscriber.return.bind(subscriber);
  subscriber.return = () => {
    topics.get(topic).delete(subscriber);
    return end();
  };
  return subscriber;
}

// graphql-js calls a field's `subscribe` with (source, arguments)
for (const field of Object.values(schema.getSubscriptionType().getFields())) {
  field.subscribe = (_, told) => follow(told);
}

const server = serve(Number(process.argv[2]), (topic, body) => {
  const { data } = JSON.parse(body);
  for (const subscriber of topics.get(topic) ?? []) subscriber.put(data);
});
useServer({ schema }, new WebSocketServer({ server, path: '/graphql' }));
