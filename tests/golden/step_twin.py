"""The model of every family and its losses in plain PyTorch, for make_step_cases.py: one dense attention mask, no packing.
It shares nothing with the library but the facts that the library is to follow.

Legend: L tokens, V patches of an h x w grid, K = 3*P*P values of a patch, C hidden size, D mask feature size, H, W mask
grid, N [SEG] tokens, n prompts, P patch size or points a mask, c channels of a teacher's map, A heads, d head size.
"""

import torch
import torch.nn.functional as F

DECODER, NOT_SCORED, IMAGE = "single_transformer.model.", -100, -200
# What torch's float32 epsilon and the published losses add to what they divide by.
EPSILON, COUNT_OFFSET = 2.0**-23, 1e-4


def patch_size(config):
    return config.get("vision_patch_size") or config["patch_size"]


def painted(masks_nhw, numbers):
    """Number of the prompt that covers each patch, row by row, -1 for none: the later of two lies on top."""
    number_hw = torch.full(masks_nhw.shape[1:], -1)
    for mask_hw, number in zip(masks_nhw, numbers):
        number_hw[mask_hw.bool()] = number
    return number_hw.flatten()


class Sequence:
    """Where the parts of the image lie in the tokens of a case, from its inputs."""

    def __init__(self, config, inputs):
        h, w = config["image_grid_hw"]
        self.ids, self.labels = inputs["input_ids"].tolist(), inputs["labels"].tolist()
        if config["model"] == "eve":
            # One token for the image, then one behind each row of patches.
            self.image_begin, count = self.ids.index(IMAGE), 1 + h * (w + 1)
            for values, fill in ((self.ids, IMAGE), (self.labels, NOT_SCORED)):
                values[self.image_begin:self.image_begin + 1] = [fill] * count
            self.image_end = self.image_begin + count
            self.patches = [self.image_begin + 1 + r * (w + 1) + c for r in range(h) for c in range(w)]
        else:
            row_of_token = inputs["vision_patch_indices"].tolist()
            self.patches = [row_of_token.index(v) for v in range(h * w)]
            self.image_begin, self.image_end = self.patches[0] - 1, self.patches[-1] + 2
        self.rows, self.columns = (list(range(len(self.ids))) for _ in range(2))
        if config["model"] == "sail":
            # Patches have a row and a column; text goes on behind the longer side.
            first = self.patches[0]
            for v, token in enumerate(self.patches):
                self.rows[token], self.columns[token] = first + v // w, first + v % w
            for token in range(self.patches[-1] + 1, len(self.ids)):
                self.rows[token] = self.columns[token] = first + max(h, w) + token - self.patches[-1] - 1
        searched = self.labels if config["model"] == "eve" else self.ids
        self.segs = [i for i, id in enumerate(searched) if id == config["special_token_ids"]["[SEG]"]]


class Model:
    """One sample through the model and its losses."""

    def __init__(self, config, inputs, weights, dtype):
        self.config, self.family, self.dtype = config, config["model"], dtype
        self.inputs = {name: value.to(dtype) if value.is_floating_point() else value for name, value in inputs.items()}
        self.sequence = Sequence(config, inputs)
        self.parameters = {name: value.to(dtype).clone().requires_grad_() for name, value in sorted(weights.items())}
        self.cos_Ld, self.sin_Ld = self.rotary_tables()
        length = len(self.sequence.ids)
        self.visible_LL = torch.ones(length, length, dtype=torch.bool).tril()
        image = slice(self.sequence.image_begin, self.sequence.image_end)
        if self.family == "sail":
            self.visible_LL[image, image] = True
        self.is_image_L1 = torch.zeros(length, 1, dtype=torch.bool)
        self.is_image_L1[image] = True

    def linear(self, x, name):
        return F.linear(x, self.parameters[name + ".weight"], self.parameters.get(name + ".bias"))

    def projector(self, x, name):
        return self.linear(F.relu(self.linear(x, name + ".0")), name + ".2")

    def rms_norm(self, x, name):
        scale = torch.rsqrt(x.square().mean(-1, keepdim=True) + self.config["rms_norm_eps"])
        return self.parameters[name + ".weight"] * (x * scale)

    def rotary_tables(self):
        """Pair j of a head turns by position * theta^(-2j/d); of two positions the row has the first half of the pairs.
        Angles are float32 whatever the rest is computed in."""
        size = self.config["hidden_size"] // self.config["num_attention_heads"]
        row_L, column_L = (torch.tensor(p, dtype=torch.float32) for p in (self.sequence.rows, self.sequence.columns))
        angles = []
        for j in range(size // 2):
            angles.append((row_L if j < size // 4 else column_L) / self.config["rope_theta"] ** (2 * j / size))
        angle_Ld = torch.stack(angles + angles, 1)
        return angle_Ld.cos().to(self.dtype), angle_Ld.sin().to(self.dtype)

    def rotate(self, x_LAd):
        low, high = x_LAd.chunk(2, -1)
        return x_LAd * self.cos_Ld[:, None] + torch.cat([-high, low], -1) * self.sin_Ld[:, None]

    def embed(self):
        sequence, table = self.sequence, self.parameters[DECODER + "embed_tokens.weight"]
        ids_L = torch.tensor(sequence.ids)
        if self.family == "eve":
            x_LC = torch.cat([table[ids_L[:sequence.image_begin]], self.vision_tokens(),
                              table[ids_L[sequence.image_end:]]])
        else:
            patch_VC = self.linear(self.inputs["vision_patches"], DECODER + "vis_embed")
            x_LC = table[ids_L].index_add(0, torch.tensor(sequence.patches), patch_VC)
        number_V = painted(self.inputs["prompt_patch_masks"], self.config["prompt_ids"])
        under = (number_V >= 0).nonzero().flatten()
        prompt_ids = [self.config["special_token_ids"][f"<Prompt{k}>"] for k in number_V[under].tolist()]
        prompt_uC = table[torch.tensor(prompt_ids)]
        if self.family != "eve":
            prompt_uC = self.linear(prompt_uC, DECODER + "vp_embed")
        return x_LC.index_add(0, torch.tensor(sequence.patches)[under], prompt_uC)

    def vision_tokens(self):
        """[1 + h*(w+1), C]: the class token, then each row of patches and the token that ends it."""
        tower = DECODER + "vision_tower."
        x = self.inputs["pixel_values"][None]
        for layer in ("patch_embedding.0", "patch_embedding.2"):
            kernel = self.parameters[tower + layer + ".weight"]
            x = F.conv2d(x, kernel, self.parameters[tower + layer + ".bias"], stride=kernel.shape[-1])
            if layer.endswith("0"):
                x = F.gelu(x)
        tokens = [self.parameters[tower + "class_embedding"]]
        for row_wC in x[0].permute(1, 2, 0):
            tokens += [*row_wC, self.parameters[tower + "split_embedding"]]
        return torch.stack(tokens)

    def by_kind(self, x_LC, function):
        """`function(x, "")`; on eve image tokens have weights of their own."""
        if self.family != "eve":
            return function(x_LC, "")
        return torch.where(self.is_image_L1, function(x_LC, "moe_"), function(x_LC, ""))

    def layer(self, x_LC, layer):
        heads, kv_heads = self.config["num_attention_heads"], self.config["num_key_value_heads"]
        normed_LC = self.by_kind(x_LC, lambda x, moe: self.rms_norm(x, layer + moe + "input_layernorm"))

        def project(part, count):
            x = self.by_kind(normed_LC, lambda x, moe: self.linear(x, f"{layer}self_attn.{moe}{part}_proj"))
            return x.view(len(x), count, -1)

        q_LAd, k_LAd = self.rotate(project("q", heads)), self.rotate(project("k", kv_heads))
        k_LAd = k_LAd.repeat_interleave(heads // kv_heads, 1)
        v_LAd = project("v", kv_heads).repeat_interleave(heads // kv_heads, 1)
        scores_ALL = torch.einsum("iad,jad->aij", q_LAd, k_LAd) / q_LAd.shape[-1] ** 0.5
        weights_ALL = scores_ALL.masked_fill(~self.visible_LL, -torch.inf).softmax(-1)
        attended_LC = torch.einsum("aij,jad->iad", weights_ALL, v_LAd).flatten(1)
        x_LC = x_LC + self.by_kind(attended_LC, lambda x, moe: self.linear(x, f"{layer}self_attn.{moe}o_proj"))

        def mlp(x, moe):
            x, mlp = self.rms_norm(x, layer + moe + "post_attention_layernorm"), layer + moe + "mlp."
            gate, up = self.linear(x, mlp + "gate_proj"), self.linear(x, mlp + "up_proj")
            return self.linear(F.silu(gate) * up, mlp + "down_proj")

        return x_LC + self.by_kind(x_LC, mlp)

    def mask_features(self, patch_VC):
        """[H, W, D]"""
        h, w = self.config["image_grid_hw"]
        x = patch_VC.view(h, w, -1)
        if "image_feature_pre_projector.0.weight" in self.parameters:
            x = self.projector(x, "image_feature_pre_projector")
        x, block = x.permute(2, 0, 1)[None], 0
        while f"upsample_blocks.{block}.0.weight" in self.parameters:
            def part(name):
                return [self.parameters[f"upsample_blocks.{block}.{name}.{kind}"] for kind in ("weight", "bias")]

            x = F.gelu(F.conv_transpose2d(x, *part("0"), stride=2))
            x = F.conv2d(x, *part("2.depthwise"), padding=1, groups=x.shape[1])
            x = F.conv2d(x, *part("2.pointwise")).permute(0, 2, 3, 1)
            x = F.layer_norm(x, x.shape[-1:], *part("3.ln"), eps=1e-6).permute(0, 3, 1, 2)
            block += 1
        return self.projector(x[0].permute(1, 2, 0), "image_feature_projector")

    def distillation(self, student_hwc, teacher_chw):
        target_chw = F.interpolate(teacher_chw[None], student_hwc.shape[:2], mode="bilinear", align_corners=False)[0]
        return F.mse_loss(student_hwc.permute(2, 0, 1), target_chw) / (1 + COUNT_OFFSET)

    def losses(self):
        """All terms by their names in the published cases, with their weights; "total" is their sum."""
        sequence, inputs, weight = self.sequence, self.inputs, self.config["loss_weights"]
        x_LC = self.embed()
        for i in range(self.config["num_hidden_layers"]):
            x_LC = self.layer(x_LC, f"{DECODER}layers.{i}.")
        x_LC = self.rms_norm(x_LC, DECODER + "norm")
        table = self.parameters[DECODER + "embed_tokens.weight"]
        head = self.parameters.get("single_transformer.lm_head.weight", table)
        labels_L = torch.tensor(sequence.labels)
        ce = F.cross_entropy((x_LC @ head.T)[:-1], labels_L[1:], ignore_index=NOT_SCORED)

        patch_VC = x_LC[sequence.patches]
        features_HWD = self.mask_features(patch_VC)
        seg_ND = self.projector(x_LC[sequence.segs], "seg_token_projector")
        logits_NHW = torch.einsum("nd,hwd->nhw", seg_ND, features_HWD)

        def read(maps_NHW):
            grid_N1P2 = inputs["point_coords"][:, None] * 2 - 1
            return F.grid_sample(maps_NHW[:, None], grid_N1P2, align_corners=False)[:, 0, 0]

        logits_NP, labels_NP = read(logits_NHW), read(inputs["gt_masks"].to(self.dtype))
        masks, points = logits_NP.shape
        bce = F.binary_cross_entropy_with_logits(logits_NP, labels_NP, reduction="sum")
        p_NP = logits_NP.sigmoid()
        dice_N = 1 - (2 * (p_NP * labels_NP).sum(1) + 1) / (p_NP.sum(1) + labels_NP.sum(1) + 1)
        terms = {
            "llm_loss": weight["lm_with_masks"] * ce,
            "loss_mask": weight["mask_bce"] * bce / (points + COUNT_OFFSET + EPSILON) / (masks + COUNT_OFFSET),
            "loss_dice": weight["mask_dice"] * dice_N.sum() / (1 + COUNT_OFFSET + EPSILON) / (masks + COUNT_OFFSET),
        }
        if "teacher_mask2former" in inputs:
            student = self.linear(features_HWD, "mask2former_distill_linear")
            terms["mask2former_distill_loss"] = weight["distill_mask2former"] * self.distillation(
                student, inputs["teacher_mask2former"])
        if "teacher_sam2" in inputs:
            student = self.linear(patch_VC, "sam2_distill_linear").view(*self.config["image_grid_hw"], -1)
            terms["sam2_distill_loss"] = weight["distill_sam2"] * self.distillation(student, inputs["teacher_sam2"])
        return terms | {"total": sum(terms.values())}
