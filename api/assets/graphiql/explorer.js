// The demo's page: GraphiQL, a choice of people to ask as, and a menu of sample queries.
// People come from /demo/people.json, samples from /demo/samples.json (README.md has their forms).
"use strict";

(() => {
  const NAMESPACE = "nabij-demo";
  const NOBODY = { name: "Nobody (no token)", about: "Without a token most questions are refused." };
  const personMenu = document.getElementById("person");
  const sampleMenu = document.getElementById("sample");
  const aboutLine = document.getElementById("about");
  const main = document.getElementById("explorer");

  let asking = NOBODY;

  async function load(path) {
    const response = await fetch(path, { headers: { accept: "application/json" } });
    if (!response.ok) {
      throw new Error(`${path} answered ${response.status}. Is the demo still running?`);
    }
    return response.json();
  }

  function problem(message) {
    const line = document.createElement("p");
    line.className = "note problem";
    line.setAttribute("role", "alert");
    line.textContent = message;
    main.replaceChildren(line);
  }

  function option(text, value) {
    const item = document.createElement("option");
    item.textContent = text;
    item.value = value;
    return item;
  }

  // GraphiQL's own fetcher fixes headers and Accept once; ours reads who is asking at every request.
  async function ask(params, options) {
    const headers = {
      accept: "application/graphql-response+json, application/json",
      "content-type": "application/json",
    };
    if (asking.token) {
      headers.authorization = `Bearer ${asking.token}`;
    }
    // What somebody types into the headers tab wins, whatever its capitals.
    for (const [name, value] of Object.entries(options?.headers ?? {})) {
      headers[name.toLowerCase()] = value;
    }
    const response = await fetch("/graphql", {
      method: "POST",
      headers,
      body: JSON.stringify(params),
    });
    const text = await response.text();
    try {
      return JSON.parse(text);
    } catch {
      return { httpStatus: response.status, body: text };
    }
  }

  const variablesOf = (sample) =>
    sample.variables && Object.keys(sample.variables).length > 0
      ? JSON.stringify(sample.variables, null, 2)
      : "";

  function choosePerson(people, name) {
    asking = people.find((person) => person.name === name) ?? NOBODY;
    personMenu.value = asking.name;
    aboutLine.textContent = asking.about ?? "";
  }

  function fillPeople(people) {
    for (const person of people) {
      personMenu.append(option(person.role ? `${person.name} · ${person.role}` : person.name, person.name));
    }
    personMenu.addEventListener("change", () => choosePerson(people, personMenu.value));
    choosePerson(people, people[0].name);
  }

  // Lives inside GraphiQL's providers, so that a sample can open in a tab of its own.
  function SampleOpener({ wanted, done }) {
    const editor = GraphiQL.React.useEditorContext({ nonNull: true });
    React.useEffect(() => {
      if (!wanted) {
        return;
      }
      const open = editor.tabs.findIndex((tab) => tab.query === wanted.query);
      if (open >= 0) {
        editor.changeTab(open);
      } else {
        editor.addTab();
      }
      done(open >= 0 ? null : wanted);
    }, [wanted]);
    return null;
  }

  // A tab that was just added becomes the active one at the next render; only then is it filled.
  function SampleFiller({ filling, done }) {
    const { queryEditor, variableEditor } = GraphiQL.React.useEditorContext({ nonNull: true });
    React.useEffect(() => {
      if (filling && queryEditor && variableEditor) {
        queryEditor.setValue(filling.query);
        variableEditor.setValue(variablesOf(filling));
        done();
      }
    }, [filling, queryEditor, variableEditor]);
    return null;
  }

  function Explorer({ people, samples }) {
    const first = samples[0];
    const [wanted, setWanted] = React.useState(null);
    // On a first visit the first sample is open; later, GraphiQL restores the tabs that were open.
    const [filling, setFilling] = React.useState(
      () => (localStorage.getItem(`${NAMESPACE}:tabState`) === null && first) || null,
    );

    React.useEffect(() => {
      const choose = () => {
        const sample = samples[Number(sampleMenu.value)];
        if (sample) {
          setWanted(sample);
          if (sample.as) {
            choosePerson(people, sample.as);
          }
        }
        // Back to the prompt, so that the same sample can be chosen twice.
        sampleMenu.value = "";
      };
      sampleMenu.addEventListener("change", choose);
      return () => sampleMenu.removeEventListener("change", choose);
    }, [people, samples]);

    return React.createElement(
      GraphiQL,
      {
        fetcher: ask,
        defaultQuery: "",
        defaultEditorToolsVisibility: "variables",
        storage: GraphiQL.createLocalStorage({ namespace: NAMESPACE }),
      },
      React.createElement(GraphiQL.Logo, null, " "),
      React.createElement(
        GraphiQL.Footer,
        null,
        React.createElement(SampleOpener, {
          wanted,
          done: (next) => {
            setWanted(null);
            setFilling(next);
          },
        }),
        React.createElement(SampleFiller, { filling, done: () => setFilling(null) }),
      ),
    );
  }

  async function start() {
    const [people, samples] = await Promise.all([load("/demo/people.json"), load("/demo/samples.json")]);
    const everybody = [...people, NOBODY];
    fillPeople(everybody);
    sampleMenu.append(option("Choose a query to open…", ""));
    samples.forEach((sample, index) => sampleMenu.append(option(sample.title, String(index))));
    ReactDOM.createRoot(main).render(React.createElement(Explorer, { people: everybody, samples }));
  }

  start().catch((error) => problem(error.message));
})();
