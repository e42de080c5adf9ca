"""Writes a llama model of random weights and a tiny vocabulary: real enough for a real server, 1 MB small."""
import sys
import numpy as np
import gguf

rng = np.random.default_rng(1)
vocabulary, width, layers, heads, hidden = 512, 64, 2, 4, 128
writer = gguf.GGUFWriter(sys.argv[1], "llama")
writer.add_context_length(512)
writer.add_embedding_length(width)
writer.add_block_count(layers)
writer.add_feed_forward_length(hidden)
writer.add_head_count(heads)
writer.add_head_count_kv(heads)
writer.add_rope_dimension_count(width // heads)
writer.add_layer_norm_rms_eps(1e-5)
writer.add_vocab_size(vocabulary)
writer.add_file_type(gguf.LlamaFileType.ALL_F32)

# SentencePiece with byte fallback: three control tokens, the 256 bytes, and plain words.
tokens = ["<unk>", "<s>", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256)]
kinds = [gguf.TokenType.UNKNOWN, gguf.TokenType.CONTROL, gguf.TokenType.CONTROL] + [gguf.TokenType.BYTE] * 256
words = [f"\u2581w{index}" for index in range(vocabulary - len(tokens))]
tokens += words
kinds += [gguf.TokenType.NORMAL] * len(words)
writer.add_tokenizer_model("llama")
writer.add_token_list(tokens)
writer.add_token_scores([0.0] * vocabulary)
writer.add_token_types(kinds)
writer.add_bos_token_id(1)
writer.add_eos_token_id(2)
writer.add_unk_token_id(0)
writer.add_chat_template("{% for message in messages %}{{ message['content'] }}{% endfor %}")


def tensor(name, *shape):
    writer.add_tensor(name, rng.normal(0, 0.3, shape).astype(np.float32))


tensor("token_embd.weight", vocabulary, width)
for layer in range(layers):
    at = f"blk.{layer}"
    writer.add_tensor(f"{at}.attn_norm.weight", np.ones(width, dtype=np.float32))
    writer.add_tensor(f"{at}.ffn_norm.weight", np.ones(width, dtype=np.float32))
    for part in ("attn_q", "attn_k", "attn_v", "attn_output"):
        tensor(f"{at}.{part}.weight", width, width)
    tensor(f"{at}.ffn_gate.weight", hidden, width)
    tensor(f"{at}.ffn_up.weight", hidden, width)
    tensor(f"{at}.ffn_down.weight", width, hidden)
writer.add_tensor("output_norm.weight", np.ones(width, dtype=np.float32))
tensor("output.weight", vocabulary, width)
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()
