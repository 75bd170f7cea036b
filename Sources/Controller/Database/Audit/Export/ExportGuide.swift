/// `README.md` of an export: what is in it, and how to verify it with this program, and without.
enum ExportGuide {
  static let name = "README.md"
  static let revisions = "revisions.jsonl"

  static let text = """
    # An export of the record of mt4-controller

    | file | what is in it |
    |---|---|
    | `manifest.json` | what was exported: range of each chain, counts, and the SHA-256 of every other file |
    | `records-CHAIN.jsonl` | every record of the range, one exact line each; everything else derives from these |
    | `checkpoints.jsonl` | heads of the chain at times, signed where a key was configured |
    | `revisions.jsonl` | the manifests that were declared, by revision: their original text and their normalised form |
    | `records.csv`, `actions.csv`, `trades.csv`, `flows.csv` | tables of the same records, for reading; `actions.csv` has a row an action, from its intent to its last word |
    | `checkpoint-key.pub` | the public key, where it was known: trust it only if you know it from elsewhere |

    Money and lots are decimal texts, times RFC 3339 in UTC. In the tables a cell that is no number and begins with `=`, `+`,
    `-`, `@` or an apostrophe has an apostrophe before it, so that no spreadsheet runs it. Tables may be of some agents only
    (`tables_of_agents` in the manifest); the lines are always of all, or their chain could not be verified.

    ## The chain

    Each line is canonical JSON (RFC 8785). Its `seq` is gapless in its `chain`; its `hash` is the SHA-256 of the 32 bytes of
    `prev_hash` followed by the line without its member `hash`; `prev_hash` is the hash of the line before, zeros for the
    first. A checkpoint names the hash of the record `seq`; its `signature` is Ed25519 over its own line without
    `signature`, and `key_id` is the SHA-256 of the 32 bytes of the public key. A chain of hashes shows every change within
    it; that its end was not cut, and that it was not made anew as a whole, only signed checkpoints show, or checkpoints that
    were kept elsewhere.

    ## Verify it with mt4ctl

        mt4ctl audit verify --export . --public-key checkpoint-key.pub

    ## Verify it without

    Save this as `verify.py` and run `python3 verify.py` in this folder:

    ```python
    import glob, hashlib, json, sys
    marks = {}
    for text in open("checkpoints.jsonl"):
        mark = json.loads(text)
        marks[mark["chain"], mark["seq"]] = mark["hash"]
    wrong = 0
    for name in sorted(glob.glob("records-*.jsonl")):
        last = None
        for raw in open(name, "rb"):
            line = raw.rstrip(b"\\n")
            this = json.loads(line)
            body = line.replace(b'"hash":"' + this["hash"].encode() + b'",', b"", 1)
            told = []
            if hashlib.sha256(bytes.fromhex(this["prev_hash"]) + body).hexdigest() != this["hash"]:
                told.append("was edited")
            before = (last["chain"], last["seq"] + 1, last["hash"]) if last else (this["chain"], 1, "0" * 64)
            if (last or this["seq"] == 1) and (this["chain"], this["seq"], this["prev_hash"]) != before:
                told.append("does not follow the record before it")
            if marks.pop((this["chain"], this["seq"]), this["hash"]) != this["hash"]:
                told.append("has another hash than the checkpoint on it")
            wrong += len(told)
            for problem in told:
                print(f"{name}: record {this['seq']} {problem}")
            last = this
        if last:
            print(f"{name}: chain {last['chain']} to record {last['seq']}, hash {last['hash']}")
    for chain, seq in marks:
        wrong += 1
        print(f"a checkpoint covers record {seq} of chain {chain}, which is not there")
    sys.exit("TAMPERED" if wrong else 0)
    ```

    And a signature with openssl 3, of the newest checkpoint:

        tail -n 1 checkpoints.jsonl | tr -d '\\n' > line
        sed 's/.*"signature":"\\([^"]*\\)".*/\\1/' line | base64 -d > signature
        sed 's/,"signature":"[^"]*"//' line > message
        openssl pkeyutl -verify -pubin -inkey checkpoint-key.pub -rawin -in message -sigfile signature

    """
}
