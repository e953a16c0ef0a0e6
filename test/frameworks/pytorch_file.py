import numpy as np
import torch

import landfall

net = torch.nn.Sequential(torch.nn.Conv2d(3, 8, 3), torch.nn.ReLU(), torch.nn.Flatten(1, 2)).eval()
image = torch.randn(2, 3, 16, 16)

batch = torch.export.Dim("batch")
program = torch.onnx.export(net, (image,), dynamo=True, dynamic_shapes=({0: batch},), input_names=["image"],
                            output_names=["features"], verbose=False)
compiled = landfall.compile(program.model_proto)
found = compiled.run({"image": image.numpy()})

np.testing.assert_allclose(found["features"], net(image).detach().numpy(), atol=1e-5)
