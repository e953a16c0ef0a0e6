"""Nets over graphs, point clouds and tables of fields."""

import torch
import torch.nn.functional as F
from torch import nn


def total(values, target, like):
    """Sums of the edges' values at their targets."""
    return torch.zeros(like.shape[0], values.shape[1], dtype=values.dtype).index_add(0, target, values)


class GraphConvolution(nn.Module):
    """Sums over neighbours, scaled by both degrees (GCN)."""

    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear(6, 8), nn.Linear(8, 4)

    def forward(self, nodes, edges):
        source, target = edges[0], edges[1]
        degree = torch.ones(nodes.shape[0]).index_add(0, target, torch.ones(target.shape[0]))
        scale = degree.rsqrt()
        weight = (scale[source] * scale[target])[:, None]
        x = self.first(nodes)
        x = F.relu(total(x[source] * weight, target, x) + x / degree[:, None])
        x = self.second(x)
        return total(x[source] * weight, target, x) + x / degree[:, None]


class GraphAttention(nn.Module):
    """Softmax over the edges of each target (GAT)."""

    def __init__(self):
        super().__init__()
        self.project, self.score = nn.Linear(6, 8, bias=False), nn.Linear(16, 1)

    def forward(self, nodes, edges):
        source, target = edges.unbind(0)
        x = self.project(nodes)
        score = F.leaky_relu(self.score(torch.cat([x[source], x[target]], 1)), 0.2).squeeze(1)
        highest = torch.full((x.shape[0],), -1e30).scatter_reduce(0, target, score, "amax")
        weight = torch.exp(score - highest[target])
        weight = weight / (torch.zeros(x.shape[0]).scatter_add(0, target, weight)[target] + 1e-9)
        return F.elu(total(x[source] * weight[:, None], target, x))


class SageMean(nn.Module):
    def __init__(self):
        super().__init__()
        self.own, self.other = nn.Linear(6, 8), nn.Linear(6, 8)

    def forward(self, nodes, edges):
        source, target = edges[0], edges[1]
        count = total(torch.ones(target.shape[0], 1), target, nodes).clamp(min=1)
        x = self.own(nodes) + self.other(total(nodes[source], target, nodes) / count)
        return F.normalize(x, dim=1)


class SageMax(nn.Module):
    def __init__(self):
        super().__init__()
        self.own, self.pool = nn.Linear(6, 8), nn.Linear(6, 8)

    def forward(self, nodes, edges):
        source, target = edges[0], edges[1]
        x = F.relu(self.pool(nodes))[source]
        at = target[:, None].expand(-1, 8)
        best = torch.zeros(nodes.shape[0], 8).scatter_reduce(0, at, x, "amax", include_self=False)
        return self.own(nodes) + best


class EdgeConvolution(nn.Module):
    """A net over the difference along each edge (DGCNN)."""

    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(12, 10), nn.BatchNorm1d(10), nn.ReLU(), nn.Linear(10, 4))

    def forward(self, nodes, edges):
        a, b = nodes[edges[1]], nodes[edges[0]]
        return total(self.net(torch.cat([a, b - a], 1)), edges[1], nodes)


class MessagePassing(nn.Module):
    """Messages update the nodes' states by a gated cell, twice; then one vector for the graph."""

    def __init__(self):
        super().__init__()
        self.first = nn.Linear(6, 8)
        self.message = nn.Linear(8, 8)
        self.cell = nn.GRUCell(8, 8)
        self.last = nn.Linear(8, 2)

    def forward(self, nodes, edges):
        x = self.first(nodes)
        for _ in range(2):
            x = self.cell(total(self.message(x)[edges[0]], edges[1], x), x)
        return self.last(torch.cat([x.mean(0, keepdim=True), x.amax(0, keepdim=True)]).sum(0))


class DenseGraph(nn.Module):
    """Adjacency from similarity, powers of it."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(6, 6)

    def forward(self, nodes):
        near = torch.softmax(nodes @ nodes.transpose(1, 2), -1) + torch.eye(nodes.shape[1])
        near = near / near.sum(-1, keepdim=True)
        return near @ torch.relu(self.layer(near @ nodes))


class PointNet(nn.Module):
    """A map predicted from the points moves them; the greatest of each feature."""

    def __init__(self):
        super().__init__()
        self.find, self.body = nn.Sequential(nn.Conv1d(3, 8, 1), nn.BatchNorm1d(8), nn.ReLU()), nn.Conv1d(3, 12, 1)
        self.map, self.head = nn.Linear(8, 9), nn.Linear(12, 4)

    def forward(self, points):
        x = points.transpose(1, 2)
        move = self.map(self.find(x).amax(2)).view(-1, 3, 3) + torch.eye(3)
        return self.head(F.relu(self.body(torch.bmm(move, x))).amax(2))


class NearestPoints(nn.Module):
    """Features of each point's nearest three, by distance."""

    def __init__(self):
        super().__init__()
        self.net = nn.Linear(6, 8)

    def forward(self, points):
        n, count, _ = points.shape
        near = torch.cdist(points, points).topk(3, largest=False).indices
        there = torch.gather(points.unsqueeze(1).expand(-1, count, -1, -1), 2, near.unsqueeze(-1).expand(-1, -1, -1, 3))
        here = points.unsqueeze(2).expand_as(there)
        return self.net(torch.cat([there - here, here], -1)).amax(2)


class Recommender(nn.Module):
    """A user's vector against those of candidates; a net over both (NeuMF)."""

    def __init__(self):
        super().__init__()
        self.users, self.items = nn.Embedding(20, 8), nn.Embedding(30, 8)
        self.net = nn.Sequential(nn.Linear(16, 8), nn.ReLU(), nn.Linear(8, 1))

    def forward(self, users, items):
        user, item = self.users(users)[:, None].expand(-1, items.shape[1], -1), self.items(items)
        return torch.sigmoid((user * item).sum(-1) + self.net(torch.cat([user, item], -1)).squeeze(-1))


class FactorizationMachine(nn.Module):
    """Products of all pairs of fields, by the square of their sum (DeepFM)."""

    def __init__(self):
        super().__init__()
        self.weight, self.factors, self.numbers = nn.Embedding(30, 1), nn.Embedding(30, 6), nn.Linear(4, 1)
        self.deep = nn.Sequential(nn.Flatten(), nn.Linear(30, 8), nn.ReLU(), nn.Linear(8, 1))

    def forward(self, fields, numbers):
        x = self.factors(fields)
        pairs = 0.5 * (x.sum(1) ** 2 - (x ** 2).sum(1)).sum(1, keepdim=True)
        return torch.sigmoid(self.weight(fields).sum(1) + self.numbers(numbers) + pairs + self.deep(x))


class WideDeep(nn.Module):
    """Pairs of fields by their upper triangle, and a deep net (DLRM)."""

    def __init__(self):
        super().__init__()
        self.table, self.bottom = nn.Embedding(30, 6), nn.Linear(4, 6)
        self.top = nn.Sequential(nn.Linear(21, 8), nn.ReLU(), nn.Linear(8, 1))
        rows, columns = torch.triu_indices(6, 6, 1)
        self.register_buffer("pairs", rows * 6 + columns)

    def forward(self, fields, numbers):
        dense = torch.relu(self.bottom(numbers))
        x = torch.cat([dense[:, None], self.table(fields)], 1)
        products = (x @ x.transpose(1, 2)).flatten(1)[:, self.pairs]
        return self.top(torch.cat([dense, products], 1)).sigmoid()
